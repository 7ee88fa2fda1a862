// What is said of a trace above its timeline.

import { el, name, pill } from "./dom.js";
import { age, dateTime, duration, shortId } from "./format.js";

export function traceHead(trace) {
  const { root } = trace;
  const fact = (term, value) => el("div", {}, el("dt", {}, term), el("dd", {}, value));
  const number = (value) => value.toLocaleString();
  return el(
    "section",
    { class: "head", "aria-label": "Trace" },
    el(
      "h1",
      {},
      name(root.service),
      ": ",
      name(root.operation),
      " ",
      el("code", { title: trace.id }, shortId(trace.id)),
    ),
    el(
      "p",
      { class: "links" },
      el(
        "a",
        { href: `/api/traces/${trace.id}?prettyPrint=true`, download: `trace-${trace.id}.json` },
        "JSON",
      ),
      el(
        "a",
        {
          href: `/api/traces/${trace.id}?raw=true&prettyPrint=true`,
          download: `trace-${trace.id}-as-sent.json`,
        },
        "As sent",
      ),
    ),
    el(
      "dl",
      {},
      fact("Start", el("time", { title: age(trace.start) }, dateTime(trace.start))),
      fact("Duration", duration(trace.duration)),
      fact("Services", number(trace.services.size)),
      fact("Depth", number(trace.depth)),
      fact("Spans", number(trace.nodes.length)),
      fact("Errors", trace.errors > 0 ? el("span", { class: "errors" }, number(trace.errors)) : "none"),
      trace.incomplete &&
        fact(
          "Incomplete",
          el(
            "span",
            { class: "warned", title: "A span names a parent that has not been received" },
            "a parent is missing",
          ),
        ),
    ),
    el(
      "ul",
      { class: "legend", "aria-label": "Services" },
      [...trace.services].map(([service, facts]) => pill(service, facts)),
    ),
  );
}
