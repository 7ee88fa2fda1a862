// The border between the names and the bars, to be dragged or moved by arrow keys.

import { el, styled } from "./dom.js";

const LEAST = 15;
const MOST = 75;
const STEP = 2;

/** Sets `--name`, the width of the names, at the section. */
export function divider(section) {
  const handle = el("div", {
    class: "divider",
    role: "separator",
    tabindex: 0,
    "aria-orientation": "vertical",
    "aria-label": "Width of the names",
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
    "aria-valuenow": 34,
    title: "Drag to make the names wider",
  });
  const set = (percent) => {
    const value = Math.min(Math.max(percent, LEAST), MOST);
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
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[key];
    if (step) set(Number(handle.getAttribute("aria-valuenow")) + step);
  });
  return handle;
}
