// The times above the rows, and dragging on them to zoom.

import { el, styled } from "./dom.js";
import { durationTo } from "./format.js";
import { ticks } from "./view.js";

/** Fewer pixels than that are a click and no drag. */
const LEAST_DRAG = 5;

/** { element, grid }: the ruler, and the lines to put behind the rows. */
export function ruler(view) {
  const times = el("div", { class: "times" });
  const element = el("div", { class: "scale", title: "Drag to zoom in, double-click to see all" }, times);
  const grid = el("div", { class: "grid", "aria-hidden": "true" });
  const draw = () => {
    const most = Math.max(Math.floor((element.clientWidth || 600) / 110), 2);
    const moments = ticks(view, most);
    const step = moments.length > 1 ? moments[1] - moments[0] : 1;
    const places = moments.map((us) => [us, `${100 * view.place(us)}%`]);
    times.replaceChildren(
      ...places.map(([us, left]) => {
        const tick = styled(el("span", { class: "tick" }, durationTo(us, step)), { left });
        tick.classList.toggle("last", view.place(us) > 0.9);
        return tick;
      }),
    );
    grid.replaceChildren(...places.map(([, left]) => styled(el("i"), { left })));
  };
  view.onChange(draw);
  new ResizeObserver(draw).observe(element);
  element.addEventListener("dblclick", () => view.reset());
  dragRange(element, (from, to) => view.show(view.timeAt(from), view.timeAt(to)));
  return { element, grid };
}

/** Calls `chosen` with two places between 0 and 1 when somebody has dragged from one to the other. */
export function dragRange(element, chosen) {
  const mark = el("div", { class: "dragged", hidden: true });
  element.append(mark);
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const { left, width } = element.getBoundingClientRect();
    const place = (at) => Math.min(Math.max((at - left) / width, 0), 1);
    const start = event.clientX;
    const range = (at) => [place(start), place(at)].sort((a, b) => a - b);
    const isDrag = (at) => Math.abs(at - start) >= LEAST_DRAG;
    const move = ({ clientX }) => {
      const [from, to] = range(clientX);
      styled(mark, { left: `${100 * from}%`, width: `${100 * (to - from)}%` });
      mark.hidden = !isDrag(clientX);
    };
    const finish = (last) => {
      mark.hidden = true;
      for (const [type, listener] of Object.entries(listeners)) element.removeEventListener(type, listener);
      if (last.type === "pointerup" && isDrag(last.clientX)) chosen(...range(last.clientX));
    };
    const listeners = { pointermove: move, pointerup: finish, pointercancel: finish };
    for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener);
    element.setPointerCapture(event.pointerId);
  });
}
