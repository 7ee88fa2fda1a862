// The traces that a search has found.

import { el, name, pill, styled } from "./dom.js";
import { age, count, dateTime, duration, shortId } from "./format.js";
import { coloursOf } from "./colours.js";
import { scatter } from "./scatter.js";

const ORDERS = {
  recent: ["Most recent", (a, b) => b.start - a.start],
  longest: ["Longest first", (a, b) => b.duration - a.duration],
  shortest: ["Shortest first", (a, b) => a.duration - b.duration],
  most: ["Most spans", (a, b) => b.nodes.length - a.nodes.length],
  least: ["Least spans", (a, b) => a.nodes.length - b.nodes.length],
};

export class Results {
  #order = el(
    "select",
    { "aria-label": "Order" },
    Object.entries(ORDERS).map(([key, [text]]) => el("option", { value: key }, text)),
  );
  #live = el("input", { type: "checkbox" });
  #traces = [];

  /** Whether the list shall follow what arrives. */
  get isLive() {
    return this.#live.checked;
  }

  /** Whether these traces are what is shown already, and not a message in their place. */
  shows(traces) {
    return this.#live.isConnected && signature(traces) === signature(this.#traces);
  }

  /** The elements; `limit` is how many traces were asked for. */
  show(traces, limit) {
    this.#traces = traces;
    const list = el("ol");
    const draw = () => list.replaceChildren(...this.#items());
    this.#order.onchange = draw;
    const isFull = limit > 0 && traces.length >= limit;
    const fragment = new DocumentFragment();
    fragment.append(
      el(
        "header",
        {},
        el(
          "h2",
          {},
          count(traces.length, "trace"),
          isFull && el("small", {}, " as many as the limit allows: there may be more"),
        ),
        el("label", { class: "live", title: "Ask again every two seconds" }, this.#live, " Live"),
        this.#order,
      ),
      traces.length > 1 ? scatter(traces) : "",
      list,
    );
    draw();
    return fragment;
  }

  #items() {
    const traces = this.#traces;
    const longest = traces.reduce((most, trace) => Math.max(most, trace.duration), 1);
    const colours = coloursOf(traces.flatMap((trace) => [...trace.services.keys()]));
    return traces.toSorted(ORDERS[this.#order.value][1]).map((trace) => item(trace, longest, colours));
  }
}

const signature = (traces) =>
  traces
    .map((trace) => `${trace.id} ${trace.nodes.length} ${trace.duration}`)
    .sort()
    .join();

function item(trace, longest, colours) {
  const { root } = trace;
  const share = styled(el("span", { class: `share paint-${colours.get(root.service)}` }), {
    width: `${(100 * trace.duration) / longest}%`,
  });
  const services = [...trace.services]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, facts]) => pill(service, { ...facts, colour: colours.get(service) }));
  return el(
    "li",
    { class: "result" },
    el(
      "a",
      { href: `/trace/${trace.id}` },
      el(
        "span",
        { class: "title" },
        share,
        el("b", { class: "root" }, name(root.service), ":"),
        el("span", { class: "operation" }, name(root.operation)),
        el("code", { title: trace.id }, shortId(trace.id)),
        el("span", { class: "took" }, duration(trace.duration)),
      ),
      el(
        "span",
        { class: "facts" },
        el("span", {}, count(trace.nodes.length, "span")),
        trace.errors > 0 && el("span", { class: "errors" }, count(trace.errors, "error")),
        trace.incomplete &&
          el(
            "span",
            { class: "warned", title: "A span names a parent that has not been received" },
            "incomplete",
          ),
        el("ul", {}, services),
        el("time", { title: dateTime(trace.start) }, age(trace.start)),
      ),
    ),
  );
}
