// The whole trace in a strip, and in it the part that the timeline shows.

import { el, styled } from "./dom.js";
import { dragRange } from "./ruler.js";

const HEIGHT = 44;

export function minimap(trace, view) {
  const canvas = el("canvas", { class: "strip", role: "img", "aria-label": "All spans, small" });
  const [before, after] = [el("div", { class: "outside" }), el("div", { class: "outside" })];
  const element = el(
    "div",
    { class: "minimap", title: "Drag to zoom in, double-click to see all" },
    canvas,
    before,
    after,
  );
  view.onChange(() => {
    styled(before, { left: "0", width: `${(100 * view.from) / view.whole}%` });
    styled(after, { left: `${(100 * view.to) / view.whole}%`, right: "0" });
  });
  element.addEventListener("dblclick", () => view.reset());
  dragRange(element, (from, to) => view.show(from * view.whole, to * view.whole));
  const draw = () => paint(canvas, element, trace, view);
  new ResizeObserver(draw).observe(element);
  // Another theme has other colours.
  document.addEventListener("themechange", draw);
  return element;
}

function paint(canvas, element, trace, view) {
  const width = element.clientWidth;
  if (width === 0) return;
  const sharp = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: width * sharp, height: HEIGHT * sharp });
  const context = canvas.getContext("2d");
  context.scale(sharp, sharp);
  const colours = coloursIn(element);
  const step = HEIGHT / Math.max(trace.nodes.length, HEIGHT / 6);
  const line = Math.max(step * 0.7, 1);
  for (const { span, colour, index } of trace.nodes) {
    context.fillStyle = colours[colour];
    const left = ((span.startTime - trace.start) / view.whole) * width;
    context.fillRect(left, index * step, Math.max((span.duration / view.whole) * width, 1), line);
  }
  context.fillStyle = getComputedStyle(element).getPropertyValue("color");
  const errors = trace.nodes.filter((node) => node.isError);
  for (const { span, index } of errors) {
    context.fillRect(
      ((span.startTime - trace.start) / view.whole) * width - 1,
      index * step,
      3,
      Math.max(line, 3),
    );
  }
}

/** A canvas knows no style sheet, so each colour is asked for at an element that has it. */
function coloursIn(element) {
  const probe = el("i", { hidden: true });
  element.append(probe);
  const colours = Array.from({ length: 12 }, (_, at) => {
    probe.className = `probe paint-${at}`;
    return getComputedStyle(probe).backgroundColor;
  });
  probe.remove();
  return colours;
}
