// The parts of a trace's page put together: its head, the tools, the times, and the tree of its spans.

import { divider } from "./divider.js";
import { button, el } from "./dom.js";
import { FindBar } from "./find-bar.js";
import { listenToKeys } from "./keys.js";
import { minimap } from "./minimap.js";
import { ruler } from "./ruler.js";
import { Timeline } from "./timeline.js";
import { levelButtons, zoomButtons } from "./tools.js";
import { traceHead } from "./trace-head.js";
import { View } from "./view.js";

export function viewTrace(main, trace) {
  const view = new View(trace.duration);
  const sticky = el("div", { class: "sticky" });
  const isSticky = () => getComputedStyle(sticky).position === "sticky";
  const timeline = new Timeline(trace, view, () => (isSticky() ? sticky.offsetHeight : 0));
  const findBar = new FindBar(trace, timeline);
  const errors = trace.nodes.filter((node) => node.isError);
  const nextError = (direction) => {
    const node = timeline.next(errors, direction);
    if (node) timeline.go(node);
  };
  const help = listenToKeys({ timeline, view, findBar, nextError });
  const { element: scale, grid } = ruler(view);
  const toError = () =>
    button("Next error", { class: "next-error", title: "Next error ( e )" }, () => nextError(1));
  const toHelp = button("Keys", { title: "What the keys do ( ? )" }, help.open);
  sticky.append(
    el("div", { class: "tools" }, findBar.element, errors.length > 0 && toError(), zoomButtons(view), toHelp),
    beside([], minimap(trace, view)),
    beside([el("span", {}, "Service and operation"), levelButtons(timeline)], scale, "ruler"),
  );
  const behind = beside([], grid, "behind");
  const body = el("div", { class: "body" }, behind, timeline.element);
  const section = el("section", { class: "timeline", "aria-label": "Timeline" }, sticky, body);
  sticky.append(divider(section));
  main.replaceChildren(traceHead(trace), section);
  timeline.start();
  view.reset();
  section.addEventListener("wheel", (event) => zoomByWheel(event, scale, view), { passive: false });
  openAddressed(trace, timeline, findBar);
  window.addEventListener("hashchange", () => openAddressed(trace, timeline, null));
  // A link to where the address is already changes nothing in it.
  section.addEventListener("click", ({ target }) => {
    if (target.closest(".references a")?.hash === location.hash) openAddressed(trace, timeline, null);
  });
}

/** Two columns: what stands over the names, and what stands over the bars. */
function beside(names, bars, kind = "") {
  return el("div", { class: `over ${kind}` }, el("div", { class: "name" }, names), bars);
}

/** Opens the span that the address names: `#SPANID`, or `?uiFind=` with its id or other words. */
function openAddressed(trace, timeline, findBar) {
  const id = spanId(location.hash.slice(1));
  const words = findBar ? (new URLSearchParams(location.search).get("uiFind") ?? "") : "";
  const found = words ? findBar.start(words) : null;
  const node = (id && trace.nodes.find(({ span }) => span.spanID === id)) || found;
  if (!node) return;
  timeline.go(node);
  const isNamed = id || node.span.spanID === spanId(words);
  if (isNamed && !timeline.isOpen(node)) timeline.toggleDetail(node);
}

/** As the query API writes it; nothing for what is none. */
function spanId(text) {
  return /^[0-9a-f]{1,16}$/i.test(text) ? text.toLowerCase().padStart(16, "0") : "";
}

function zoomByWheel(event, scale, view) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const { left, width } = scale.getBoundingClientRect();
  const around = Math.min(Math.max((event.clientX - left) / width, 0), 1);
  view.zoom(event.deltaY > 0 ? 1.25 : 0.8, around);
}
