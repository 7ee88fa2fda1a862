// The buttons for what the keys do too, for who has no keyboard.

import { button, el } from "./dom.js";

export function levelButtons(timeline) {
  const fold = (text, title, change) => tool(text, title, () => timeline.fold(change));
  return el(
    "span",
    { class: "levels", role: "group", "aria-label": "Levels" },
    fold("»", "Expand all ( ] )", (folds) => folds.expandAll()),
    fold("›", "Expand one level ( p )", (folds) => folds.expandLevel()),
    fold("‹", "Collapse one level ( o )", (folds) => folds.collapseLevel()),
    fold("«", "Collapse all ( [ )", (folds) => folds.collapseAll()),
  );
}

export function zoomButtons(view) {
  const reset = tool("All", "Show the whole trace ( 0 )", () => view.reset());
  view.onChange(() => {
    reset.disabled = !view.isZoomed;
  });
  reset.disabled = true;
  return el(
    "span",
    { class: "zoom", role: "group", "aria-label": "Zoom" },
    tool("−", "Zoom out ( - )", () => view.zoom(2)),
    tool("+", "Zoom in ( + )", () => view.zoom(0.5)),
    reset,
  );
}

function tool(text, title, act) {
  return button(text, { title, "aria-label": title }, act);
}
