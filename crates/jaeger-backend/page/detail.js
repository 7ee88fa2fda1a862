// What a span holds, below its row.

import { button, el, name } from "./dom.js";
import { count, dateTime, duration } from "./format.js";

/** Longer texts and lists are cut, until somebody asks for the rest. */
const LONG = 500;
const MANY = 200;

export function showDetail(trace, node) {
  const { span, process } = node;
  const warnings = [
    node.note && `This span is shown as a root: ${node.note}.`,
    ...(span.warnings ?? []),
  ].filter(Boolean);
  return el(
    "div",
    { class: `detail paint-${node.colour}` },
    el(
      "header",
      {},
      el("h3", {}, readable(node.operation)),
      el(
        "p",
        {},
        fact("Service", readable(node.service)),
        node.peer && node.peer !== node.service && fact("Called", readable(node.peer)),
        fact("Duration", duration(span.duration)),
        fact(
          "Start",
          el("time", { title: dateTime(span.startTime) }, `+${duration(span.startTime - trace.start)}`),
        ),
        span.flags && fact("Flags", String(span.flags)),
        fact(
          "Span",
          el(
            "a",
            { href: `/trace/${trace.id}?uiFind=${span.spanID}`, title: "Link to this span" },
            span.spanID,
          ),
        ),
      ),
    ),
    warnings.length > 0 &&
      el(
        "ul",
        { class: "warnings", "aria-label": "Warnings" },
        warnings.map((text) => el("li", {}, text)),
      ),
    section("Tags", span.tags.length, true, () => pairs(span.tags)),
    section("Logs", span.logs.length, true, () => logs(trace, span.logs)),
    section("References", span.references.length, needsReferences(trace, span), () =>
      references(trace, span),
    ),
    section("Process", process.tags.length, false, () => pairs(process.tags)),
  );
}

function fact(term, value) {
  return el("span", { class: "fact" }, el("span", { class: "term" }, `${term} `), value);
}

function section(title, size, open, content) {
  if (size === 0) return null;
  return el(
    "details",
    { open },
    el("summary", {}, title, " ", el("span", { class: "size" }, size.toLocaleString())),
    content(),
  );
}

function pairs(tags) {
  const row = ({ key, type, value }) =>
    el(
      "tr",
      { class: key === "error" && String(value) === "true" && "failed" },
      el("th", { scope: "row" }, readable(key)),
      el("td", { class: `value ${type}` }, shown(value)),
      el("td", { class: "type" }, type),
    );
  const body = el("tbody", {}, tags.slice(0, MANY).map(row));
  return [el("table", { class: "pairs" }, body), rest(body, tags, row)];
}

/** An address becomes a link; whatever else stays a text. */
function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const isAddress = text.length <= LONG && /^https?:\/\/\S+$/.test(text);
  return isAddress ? el("a", { href: text, rel: "noreferrer", target: "_blank" }, text) : readable(text);
}

function readable(text) {
  if (text.length <= LONG) return el("bdi", {}, text);
  const part = el("bdi", {}, `${text.slice(0, LONG)}…`);
  const more = button(`Show all ${count(text.length, "character")}`, {}, () => {
    part.replaceWith(el("bdi", {}, text));
    more.remove();
  });
  return [part, " ", more];
}

/** A button that adds the items which are not in the list yet. */
function rest(list, items, draw) {
  if (items.length <= MANY) return null;
  const more = button(`Show all ${items.length.toLocaleString()}`, { class: "rest" }, () => {
    list.append(...items.slice(MANY).map(draw));
    more.remove();
  });
  return more;
}

function logs(trace, entries) {
  const sorted = entries.toSorted((a, b) => a.timestamp - b.timestamp);
  const log = ({ timestamp, fields }) =>
    el(
      "div",
      { class: "log" },
      el("time", { title: dateTime(timestamp) }, `+${duration(timestamp - trace.start)}`.replace("+−", "−")),
      el("div", {}, pairs(fields)),
    );
  const list = el("div", { class: "logs" }, sorted.slice(0, MANY).map(log));
  return [el("p", { class: "hint" }, "Times since the start of the trace."), list, rest(list, sorted, log)];
}

/** One that only names the row above tells nothing new. */
function needsReferences(trace, span) {
  return (
    span.references.length > 1 ||
    span.references.some(({ refType, traceID }) => refType !== "CHILD_OF" || traceID !== trace.id)
  );
}

function references(trace, span) {
  const list = el(
    "ul",
    { class: "references" },
    span.references.slice(0, MANY).map((reference) => referenceTo(trace, reference)),
  );
  return [list, rest(list, span.references, (reference) => referenceTo(trace, reference))];
}

/** A span of this trace is gone to; one of another trace opens beside. */
function referenceTo(trace, { refType, traceID, spanID }) {
  const elsewhere = traceID !== trace.id;
  const known = !elsewhere && trace.nodes.find((node) => node.span.spanID === spanID);
  const text = known
    ? [name(known.service), ": ", name(known.operation)]
    : elsewhere
      ? `a span of trace ${traceID}`
      : "a span not received";
  const link = elsewhere
    ? { href: `/trace/${traceID}?uiFind=${spanID}`, target: "_blank", rel: "noreferrer" }
    : { href: `#${spanID}` };
  return el(
    "li",
    {},
    el("span", { class: "type" }, refType),
    " ",
    known || elsewhere ? el("a", link, text) : text,
    " ",
    el("code", {}, spanID),
  );
}
