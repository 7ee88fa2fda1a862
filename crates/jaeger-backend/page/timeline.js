// The page of one trace: its head, and a row per span.

import { showDetail } from "./detail.js";
import { count, el, getJson, styled } from "./dom.js";
import { dateTime, duration, shortId } from "./format.js";
import { readTrace } from "./model.js";

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const MAX_INDENT = 24;
const MAX_MARKS = 50;

export async function showTrace(main, id) {
  document.title = `Trace ${id}`;
  main.replaceChildren(el("p", { class: "message" }, "Loading …"));
  try {
    const answer = await getJson(`/api/traces/${encodeURIComponent(id)}`);
    render(main, readTrace(answer.data[0]));
  } catch (error) {
    main.replaceChildren(missing(error, id, () => showTrace(main, id)));
  }
}

function missing(error, id, retry) {
  const button = el("button", { type: "button", class: "primary", onclick: retry }, "Look again");
  if (error.status === 400) {
    return el("div", { class: "message" }, el("h1", {}, "This is not a trace id"), el("p", {}, el("code", {}, id)),
      el("p", {}, "A trace id has 1 to 32 hexadecimal digits."));
  }
  if (error.status !== 404) {
    return el("div", { class: "message bad", role: "alert" },
      el("h1", {}, "This trace cannot be shown"), el("p", {}, error.message), button);
  }
  return el("div", { class: "message" }, el("h1", {}, "Trace not found"), el("p", {}, el("code", {}, id)),
    el("p", {}, "There may be a good reason:"),
    el("ul", {},
      el("li", {}, "It has not arrived yet: clients send spans in batches, often once per second."),
      el("li", {}, "It was not sampled: a client sends only traces that its sampler chose."),
      el("li", {}, "It was evicted: this memory is bounded, and the oldest trace leaves first. It also ends with the program."),
      el("li", {}, "It went elsewhere: the client may report to another address.")),
    button);
}

function render(main, trace) {
  const name = `${trace.root.service}: ${trace.root.operation}`;
  document.title = `${name} – ${shortId(trace.id)}`;
  const rows = trace.nodes.map((node) => newRow(trace, node));
  const byNode = new Map(rows.map((row) => [row.node, row]));
  const setAll = (open) => {
    for (const row of rows) row.collapsed = !open && row.node.children.length > 0;
    refresh(rows, byNode);
  };
  for (const row of rows) {
    row.toggle?.addEventListener("click", () => {
      row.collapsed = !row.collapsed;
      refresh(rows, byNode);
    });
  }
  refresh(rows, byNode);
  main.replaceChildren(
    head(trace, name),
    el("section", { class: "timeline", "aria-label": "Spans" },
      el("div", { class: "ruler" },
        el("div", { class: "name" }, "Service and operation",
          el("span", { class: "all" },
            el("button", { type: "button", title: "Expand all", "aria-label": "Expand all", onclick: () => setAll(true) }, "+"),
            el("button", { type: "button", title: "Collapse all", "aria-label": "Collapse all", onclick: () => setAll(false) }, "−"))),
        el("div", { class: "lane" }, TICKS.map((part) => tick(part, duration(Math.round(part * trace.duration)))))),
      rows.map((row) => row.element)));
  const openLinked = () => {
    const row = rows.find(({ node }) => node.span.spanID === location.hash.slice(1));
    if (row) reveal(row, rows, byNode);
  };
  window.addEventListener("hashchange", openLinked);
  openLinked();
}

function head(trace, name) {
  const fact = (term, value) => el("div", {}, el("dt", {}, term), el("dd", {}, value));
  return el("section", { class: "head" },
    el("h1", {}, name, " ", el("code", { title: trace.id }, shortId(trace.id))),
    el("p", { class: "links" },
      el("a", { href: `/api/traces/${trace.id}?prettyPrint=true` }, "Trace JSON"),
      el("a", { href: `/api/traces/${trace.id}?raw=true&prettyPrint=true` }, "As sent")),
    el("dl", {},
      fact("Start", dateTime(trace.start)),
      fact("Duration", duration(trace.duration)),
      fact("Services", String(trace.services.size)),
      fact("Depth", String(trace.depth)),
      fact("Spans", String(trace.nodes.length)),
      trace.errors > 0 && fact("Errors", el("span", { class: "errors" }, String(trace.errors)))),
    el("ul", { class: "legend" }, [...trace.services].map(([service, { colour, spans }]) =>
      el("li", { class: `pill paint-${colour}` }, `${service} `, el("b", {}, String(spans))))));
}

function tick(part, text) {
  const side = part === 1 ? "last" : "";
  return styled(el("span", { class: `tick ${side}` }, text), { left: `${100 * part}%` });
}

function newRow(trace, node) {
  const { span } = node;
  const row = { node, collapsed: false, detail: null };
  if (node.children.length > 0) {
    row.toggle = el("button", { type: "button", class: "toggle", "aria-expanded": "true" });
  }
  const flags = [
    node.isError && el("span", { class: "error-mark", title: "Error", role: "img", "aria-label": "Error" }, "!"),
    (node.note || span.warnings) &&
      el("span", { class: "note-mark", title: [node.note, ...(span.warnings ?? [])].filter(Boolean).join("\n") }, "?"),
  ];
  row.button = el("button", { type: "button", class: "label", "aria-expanded": "false" },
    flags, el("b", {}, node.service), el("span", {}, node.operation));
  const indent = el("span", { class: "indent" });
  styled(indent, { "--level": Math.min(node.depth, MAX_INDENT) });
  row.line = el("div", { class: `line paint-${node.colour}` },
    el("div", { class: "name" }, indent, row.toggle ?? el("span", { class: "toggle" }), row.button),
    lane(trace, node));
  row.line.addEventListener("click", (event) => {
    if (!event.target.closest(".toggle")) toggleDetail(trace, row);
  });
  row.open = () => row.detail || toggleDetail(trace, row);
  row.element = el("div", { class: "row" }, row.line);
  return row;
}

function lane(trace, { span }) {
  const whole = trace.duration || 1;
  const percent = (us) => (100 * us) / whole;
  const [left, width] = [percent(span.startTime - trace.start), percent(span.duration)];
  const bar = styled(el("span", { class: "bar" }), { left: `${left}%`, width: `${width}%` });
  const text = el("span", { class: "length" }, duration(span.duration));
  if (left + width < 85) styled(text, { left: `${left + width}%` });
  else if (left > 15) styled(text, { right: `${100 - left}%` });
  else text.classList.add("inside");
  const marks = span.logs.slice(0, MAX_MARKS).map((log) => {
    const place = Math.min(Math.max(percent(log.timestamp - trace.start), 0), 100);
    return styled(el("span", { class: "log-mark" }), { left: `${place}%` });
  });
  const lines = TICKS.slice(1, -1).map((part) => styled(el("span", { class: "gridline" }), { left: `${100 * part}%` }));
  return el("div", { class: "lane", title: span.logs.length > 0 ? count(span.logs.length, "log") : null }, lines, bar, marks, text);
}

function toggleDetail(trace, row) {
  if (row.detail) {
    row.detail.remove();
    row.detail = null;
  } else {
    row.detail = showDetail(trace, row.node);
    row.element.append(row.detail);
  }
  row.button.setAttribute("aria-expanded", String(row.detail !== null));
}

/** Hides what is below a collapsed row. */
function refresh(rows, byNode) {
  for (const row of rows) {
    const parent = byNode.get(row.node.parent);
    row.hidden = parent ? parent.hidden || parent.collapsed : false;
    row.element.hidden = row.hidden;
    row.toggle?.setAttribute("aria-expanded", String(!row.collapsed));
    row.toggle?.setAttribute("aria-label", row.collapsed ? "Expand" : "Collapse");
  }
}

/** Opens the span that the address names, and what is above it. */
function reveal(row, rows, byNode) {
  for (let above = byNode.get(row.node.parent); above; above = byNode.get(above.node.parent)) above.collapsed = false;
  refresh(rows, byNode);
  row.open();
  row.element.scrollIntoView({ block: "center" });
}
