// The page of one trace: its head, the times, and the tree of its spans.

import { getJson } from "./api.js";
import { button, el, styled } from "./dom.js";
import { FindBar } from "./find-bar.js";
import { shortId } from "./format.js";
import { listenToKeys, openHelp } from "./keys.js";
import { minimap, zoomButtons } from "./minimap.js";
import { ruler } from "./ruler.js";
import { Timeline } from "./timeline.js";
import { traceHead } from "./trace-head.js";
import { readTrace } from "./trace-tree.js";
import { View } from "./view.js";

export async function showTrace(main, id) {
  document.title = `Trace ${shortId(id)}`;
  main.replaceChildren(el("p", { class: "message", role: "status" }, "Loading the trace …"));
  try {
    const answer = await getJson(`/api/traces/${encodeURIComponent(id)}`);
    render(main, readTrace(answer.data[0]));
  } catch (error) {
    main.replaceChildren(missing(error, id, () => showTrace(main, id)));
  }
}

function missing(error, id, retry) {
  const again = button("Look again", { class: "primary" }, retry);
  if (error.status === 400) {
    return el("div", { class: "message" }, el("h1", {}, "This is not a trace id"), el("p", {}, el("code", {}, id)),
      el("p", {}, "A trace id has 1 to 32 hexadecimal digits."), el("p", {}, el("code", {}, error.message)));
  }
  if (error.status !== 404) {
    return el("div", { class: "message bad", role: "alert" },
      el("h1", {}, "This trace cannot be shown"), el("p", {}, error.message), again);
  }
  return el("div", { class: "message" }, el("h1", {}, "Trace not found"), el("p", {}, el("code", {}, id)),
    el("p", {}, "There may be a good reason:"),
    el("ul", {},
      el("li", {}, "It has not arrived yet: clients send spans in batches, often once per second."),
      el("li", {}, "It was not sampled: a client sends only traces that its sampler chose."),
      el("li", {}, "It was evicted: this memory is bounded, and the oldest trace leaves first. It also ends with the program."),
      el("li", {}, "It went elsewhere: the client may report to another address.")),
    again);
}

function render(main, trace) {
  document.title = `${trace.root.service}: ${trace.root.operation}`.slice(0, 200) + ` – ${shortId(trace.id)}`;
  const view = new View(trace.duration);
  const sticky = el("div", { class: "sticky" });
  const timeline = new Timeline(trace, view, () => (getComputedStyle(sticky).position === "sticky" ? sticky.offsetHeight : 0));
  const findBar = new FindBar(trace, timeline);
  const errors = trace.nodes.filter((node) => node.isError);
  const nextError = (direction) => {
    const node = timeline.next(errors, direction);
    if (node) timeline.go(node);
  };
  const { element: scale, grid } = ruler(view);
  sticky.append(
    el("div", { class: "tools" }, findBar.element,
      errors.length > 0 && button(`Next error`, { class: "next-error", title: "Next error ( e )" }, () => nextError(1)),
      zoomButtons(view), button("Keys", { title: "What the keys do ( ? )" }, openHelp)),
    el("div", { class: "over" }, el("div", { class: "name" }), minimap(trace, view)),
    el("div", { class: "over ruler" },
      el("div", { class: "name" }, el("span", {}, "Service and operation"), timeline.levelButtons()), scale));
  const section = el("section", { class: "timeline", "aria-label": "Timeline" }, sticky,
    el("div", { class: "body" }, el("div", { class: "over behind", "aria-hidden": "true" }, el("div", { class: "name" }), grid),
      timeline.element));
  sticky.append(divider(section));
  main.replaceChildren(traceHead(trace), section);
  timeline.start();
  view.reset();
  section.addEventListener("wheel", (event) => zoomByWheel(event, scale, view), { passive: false });
  listenToKeys({ timeline, view, findBar, nextError });
  openAddressed(trace, timeline, findBar);
  window.addEventListener("hashchange", () => openAddressed(trace, timeline, null));
}

/** Opens the span that the address names: `#SPANID`, or `?uiFind=` with its id or other words. */
function openAddressed(trace, timeline, findBar) {
  const id = spanId(location.hash.slice(1));
  const words = findBar ? new URLSearchParams(location.search).get("uiFind") ?? "" : "";
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

/** The border between names and bars, to be dragged or moved by arrow keys. */
function divider(section) {
  const handle = el("div", {
    class: "divider", role: "separator", tabindex: 0, "aria-orientation": "vertical", "aria-label": "Width of the names",
    "aria-valuemin": 15, "aria-valuemax": 75, "aria-valuenow": 34, title: "Drag to make the names wider",
  });
  const set = (percent) => {
    const value = Math.min(Math.max(percent, 15), 75);
    handle.setAttribute("aria-valuenow", String(Math.round(value)));
    styled(section, { "--name": `${value}%` });
  };
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    const { left, width } = section.getBoundingClientRect();
    if (handle.hasPointerCapture(event.pointerId)) set((100 * (event.clientX - left)) / width);
  });
  handle.addEventListener("keydown", ({ key }) => {
    const step = { ArrowLeft: -2, ArrowRight: 2 }[key];
    if (step) set(Number(handle.getAttribute("aria-valuenow")) + step);
  });
  return handle;
}
