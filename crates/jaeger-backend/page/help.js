// The overlay that says what the keys do.

import { button, el } from "./dom.js";

const KEY_NAMES = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowRight: "→",
  ArrowLeft: "←",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
  Escape: "Esc",
  " ": "Space",
};

/** { fill, open, isOpen }, in the document and closed. */
export function helpOverlay() {
  const groups = el("div", { class: "groups" });
  const close = () => element.close();
  const element = el(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    el("header", {}, el("h2", { id: "help-title" }, "Keys"), button("Close", {}, close)),
    groups,
    el(
      "p",
      { class: "hint" },
      "Drag on the times or on the strip above them to zoom; Ctrl and the wheel zoom at the pointer.",
    ),
  );
  // Outside of what it holds is its backdrop.
  element.addEventListener("click", (event) => event.target === element && close());
  element.addEventListener("keydown", (event) => {
    if (event.key !== "?") return;
    // The page would open it again.
    event.stopPropagation();
    close();
  });
  document.body.append(element);
  return {
    fill: (table) => groups.append(...table.map(group)),
    open: () => element.showModal(),
    isOpen: () => element.open,
  };
}

function group([title, rows]) {
  return el("section", {}, el("h3", {}, title), el("ul", {}, rows.map(line)));
}

function line([keys, what]) {
  const caps = keys.map((key) => el("kbd", {}, KEY_NAMES[key] ?? key));
  return el("li", {}, el("span", { class: "keys" }, caps), el("span", {}, what));
}
