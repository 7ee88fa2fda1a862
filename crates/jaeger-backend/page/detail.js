// What a span holds, below its row.

import { count, el } from "./dom.js";
import { duration } from "./format.js";

export function showDetail(trace, node) {
  const { span, process } = node;
  const warnings = [node.note && `This span is shown as a root: ${node.note}.`, ...(span.warnings ?? [])].filter(Boolean);
  return el("div", { class: `detail paint-${node.colour}` },
    el("header", {},
      el("h3", {}, node.operation),
      el("p", {},
        fact("Service", node.service),
        fact("Duration", duration(span.duration)),
        fact("Start", `+${duration(span.startTime - trace.start)}`),
        span.flags && fact("Flags", String(span.flags)),
        fact("Span", el("a", { href: `#${span.spanID}`, title: "Link to this span" }, span.spanID)))),
    warnings.length > 0 && el("ul", { class: "warnings" }, warnings.map((text) => el("li", {}, text))),
    section("Tags", span.tags.length, true, () => pairs(span.tags)),
    section("Logs", span.logs.length, true, () => logs(trace, span.logs)),
    section("References", span.references.length, span.references.length > 1, () => references(trace, span)),
    section("Process", process.tags.length, false, () => pairs(process.tags)));
}

function fact(term, value) {
  return el("span", { class: "fact" }, el("span", { class: "term" }, `${term} `), value);
}

function section(title, size, open, content) {
  if (size === 0) return null;
  return el("details", { open }, el("summary", {}, title, " ", el("span", { class: "size" }, String(size))), content());
}

function pairs(tags) {
  return el("table", { class: "pairs" }, el("tbody", {}, tags.map(({ key, type, value }) => {
    const failed = key === "error" && String(value) === "true";
    return el("tr", { class: failed && "failed" },
      el("th", { scope: "row" }, key), el("td", { class: `value ${type}` }, text(value)), el("td", { class: "type" }, type));
  })));
}

function text(value) {
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return /^https?:\/\/\S+$/.test(written) ? el("a", { href: written, rel: "noreferrer", target: "_blank" }, written) : written;
}

function logs(trace, entries) {
  const sorted = entries.toSorted((a, b) => a.timestamp - b.timestamp);
  return el("div", { class: "logs", title: `Times since the start of the trace; ${count(entries.length, "log")}` },
    sorted.map(({ timestamp, fields }) =>
      el("div", { class: "log" }, el("time", {}, duration(timestamp - trace.start)), pairs(fields))));
}

function references(trace, span) {
  return el("ul", { class: "references" }, span.references.map(({ refType, traceID, spanID }) => {
    const known = trace.nodes.find((node) => traceID === trace.id && node.span.spanID === spanID);
    const elsewhere = traceID !== trace.id;
    const href = elsewhere ? `/trace/${traceID}#${spanID}` : `#${spanID}`;
    const name = known ? `${known.service}: ${known.operation}` : elsewhere ? `trace ${traceID}` : "a span not received";
    return el("li", {}, el("span", { class: "type" }, refType), " ",
      known || elsewhere ? el("a", { href }, name) : name, " ", el("code", {}, spanID));
  }));
}
