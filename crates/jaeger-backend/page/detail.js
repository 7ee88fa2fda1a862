// What a span holds, below its row.

import { button, el, name } from "./dom.js";
import { count, dateTime, duration } from "./format.js";

/** Longer values are cut, until somebody asks for the rest. */
const LONG = 500;

export function showDetail(trace, node) {
  const { span, process } = node;
  const warnings = [node.note && `This span is shown as a root: ${node.note}.`, ...(span.warnings ?? [])].filter(Boolean);
  return el("div", { class: `detail paint-${node.colour}` },
    el("header", {},
      el("h3", {}, name(node.operation)),
      el("p", {},
        fact("Service", name(node.service)),
        node.peer && node.peer !== node.service && fact("Called", name(node.peer)),
        fact("Duration", duration(span.duration)),
        fact("Start", el("time", { title: dateTime(span.startTime) }, `+${duration(span.startTime - trace.start)}`)),
        span.flags && fact("Flags", String(span.flags)),
        fact("Span", el("a", { href: `/trace/${trace.id}?uiFind=${span.spanID}`, title: "Link to this span" }, span.spanID)))),
    warnings.length > 0 && el("ul", { class: "warnings", "aria-label": "Warnings" }, warnings.map((text) => el("li", {}, text))),
    section("Tags", span.tags.length, true, () => pairs(span.tags)),
    section("Logs", span.logs.length, true, () => logs(trace, span.logs)),
    section("References", span.references.length, needsReferences(trace, span), () => references(trace, span)),
    section("Process", process.tags.length, false, () => pairs(process.tags)));
}

function fact(term, value) {
  return el("span", { class: "fact" }, el("span", { class: "term" }, `${term} `), value);
}

function section(title, size, open, content) {
  if (size === 0) return null;
  return el("details", { open }, el("summary", {}, title, " ", el("span", { class: "size" }, size.toLocaleString())), content());
}

function pairs(tags) {
  return el("table", { class: "pairs" }, el("tbody", {}, tags.map(({ key, type, value }) => {
    const failed = key === "error" && String(value) === "true";
    return el("tr", { class: failed && "failed" },
      el("th", { scope: "row" }, name(key)), el("td", { class: `value ${type}` }, shown(value)), el("td", { class: "type" }, type));
  })));
}

/** An address becomes a link; whatever else stays a text. */
function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text.length > LONG) return cut(text);
  if (/^https?:\/\/\S+$/.test(text)) return el("a", { href: text, rel: "noreferrer", target: "_blank" }, text);
  return el("bdi", {}, text);
}

function cut(text) {
  const part = el("bdi", {}, `${text.slice(0, LONG)}…`);
  const more = button(`Show all ${count(text.length, "character")}`, {}, () => {
    part.replaceWith(el("bdi", {}, text));
    more.remove();
  });
  return [part, " ", more];
}

function logs(trace, entries) {
  const sorted = entries.toSorted((a, b) => a.timestamp - b.timestamp);
  return [
    el("p", { class: "hint" }, "Times since the start of the trace."),
    el("div", { class: "logs" }, sorted.map(({ timestamp, fields }) =>
      el("div", { class: "log" },
        el("time", { title: dateTime(timestamp) }, `+${duration(timestamp - trace.start)}`.replace("+−", "−")), pairs(fields)))),
  ];
}

/** One that only names the row above tells nothing new. */
function needsReferences(trace, span) {
  return span.references.length > 1 || span.references.some(({ refType, traceID }) => refType !== "CHILD_OF" || traceID !== trace.id);
}

function references(trace, span) {
  return el("ul", { class: "references" }, span.references.map(({ refType, traceID, spanID }) => {
    const known = trace.nodes.find((node) => traceID === trace.id && node.span.spanID === spanID);
    const elsewhere = traceID !== trace.id;
    const text = known ? [name(known.service), ": ", name(known.operation)] : elsewhere ? `a span of trace ${traceID}` : "a span not received";
    const href = elsewhere ? `/trace/${traceID}?uiFind=${spanID}` : `#${spanID}`;
    const link = { href, target: elsewhere && "_blank", rel: elsewhere && "noreferrer" };
    return el("li", {}, el("span", { class: "type" }, refType), " ", known || elsewhere ? el("a", link, text) : text, " ", el("code", {}, spanID));
  }));
}
