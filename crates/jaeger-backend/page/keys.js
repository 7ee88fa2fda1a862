// What the keys do on the page of a trace, and the overlay that says so.

import { button, el } from "./dom.js";

/** [title, [[keys, what they do, how], …]]; keys of Jaeger's own page do here what they do there. */
export function keyTable({ timeline, view, findBar, nextError }) {
  return [
    ["Move", [
      [["ArrowDown", "j", "f"], "next row", () => timeline.step(1)],
      [["ArrowUp", "k", "b"], "previous row", () => timeline.step(-1)],
      [["ArrowRight"], "open the row, or go to its first child", () => timeline.inward()],
      [["ArrowLeft"], "close the row, or go to its parent", () => timeline.outward()],
      [["PageDown", "s"], "a page down", () => timeline.page(1)],
      [["PageUp", "w"], "a page up", () => timeline.page(-1)],
      [["Home"], "first row", () => timeline.first()],
      [["End"], "last row", () => timeline.last()],
      [["Enter", " "], "show or hide what the span holds", () => timeline.toggleDetail(timeline.active)],
    ]],
    ["Tree", [
      [["]"], "expand all", () => timeline.fold((folds) => folds.expandAll())],
      [["["], "collapse all", () => timeline.fold((folds) => folds.collapseAll())],
      [["p"], "expand one level", () => timeline.fold((folds) => folds.expandLevel())],
      [["o"], "collapse one level", () => timeline.fold((folds) => folds.collapseLevel())],
    ]],
    ["Time", [
      [["+", "="], "zoom in", () => view.zoom(0.5)],
      [["-"], "zoom out", () => view.zoom(2)],
      [["0"], "show the whole trace", () => view.reset()],
      [["a"], "earlier", () => view.pan(-0.25)],
      [["d"], "later", () => view.pan(0.25)],
    ]],
    ["Find", [
      [["/"], "find in this trace", () => findBar.focus()],
      [["n"], "next match", () => findBar.go(1)],
      [["N"], "previous match", () => findBar.go(-1)],
      [["e"], "next error", () => nextError(1)],
      [["E"], "previous error", () => nextError(-1)],
      [["Escape"], "close: this help, the search, what spans hold, the zoom", () => close({ timeline, view, findBar })],
      [["?"], "this help", () => help.open()],
    ]],
  ];
}

function close({ timeline, view, findBar }) {
  if (!findBar.isEmpty) findBar.clear();
  else if (timeline.isOpen(timeline.active)) timeline.toggleDetail(timeline.active);
  else view.reset();
}

/** These belong to the browser unless a row has the focus. */
const ONLY_IN_ROWS = new Set(["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "PageDown", "PageUp", "Home", "End", "Enter", " "]);

let help = null;

/** Listens until the returned function is called. */
export function listenToKeys(parts) {
  const table = keyTable(parts);
  help = helpOverlay(table);
  document.body.append(help.element);
  const actions = new Map(table.flatMap(([, rows]) => rows).flatMap(([keys, , act]) => keys.map((key) => [key, act])));
  const listener = (event) => {
    // The browser's own find sees only the rows that are drawn; pressed again it comes all the same.
    const isFind = (event.ctrlKey || event.metaKey) && ["f", "b"].includes(event.key) && !parts.findBar.hasFocus;
    const act = isFind ? () => parts.findBar.focus() : actions.get(event.key);
    if (!act || (!isFind && (event.ctrlKey || event.metaKey || event.altKey))) return;
    if (help.element.open || (!isFind && isTyping(event.target))) return;
    const onRow = event.target.closest(".row") === event.target;
    if (ONLY_IN_ROWS.has(event.key) && !onRow) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", listener);
  return () => {
    document.removeEventListener("keydown", listener);
    help.element.remove();
  };
}

export function openHelp() {
  help?.open();
}

function isTyping(target) {
  return Boolean(target.closest("input, select, textarea"));
}

const KEY_NAMES = { ArrowDown: "↓", ArrowUp: "↑", ArrowRight: "→", ArrowLeft: "←", PageDown: "Page ↓", PageUp: "Page ↑", Escape: "Esc", " ": "Space" };

function helpOverlay(table) {
  const row = ([keys, what]) => el("li", {},
    el("span", { class: "keys" }, keys.map((key) => el("kbd", {}, KEY_NAMES[key] ?? key))), el("span", {}, what));
  const element = el("dialog", { class: "help", "aria-labelledby": "help-title" },
    el("header", {}, el("h2", { id: "help-title" }, "Keys"), button("Close", {}, () => element.close())),
    el("div", { class: "groups" }, table.map(([title, rows]) => el("section", {}, el("h3", {}, title), el("ul", {}, rows.map(row))))),
    el("p", { class: "hint" }, "Drag on the times or on the strip above them to zoom; Ctrl and the wheel zoom at the pointer."));
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("keydown", (event) => event.key === "?" && element.close());
  return { element, open: () => element.open || element.showModal() };
}
