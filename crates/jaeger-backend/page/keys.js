// What the keys do on the page of a trace.

import { helpOverlay } from "./help.js";

/** [title, [[keys, what they do, how], …]]; keys of Jaeger's own page do here what they do there. */
function keyTable({ timeline, view, findBar, nextError }, help) {
  return [
    [
      "Move",
      [
        [["ArrowDown", "j", "f"], "next row", () => timeline.step(1)],
        [["ArrowUp", "k", "b"], "previous row", () => timeline.step(-1)],
        [["ArrowRight"], "open the row, or go to its first child", () => timeline.inward()],
        [["ArrowLeft"], "close the row, or go to its parent", () => timeline.outward()],
        [["PageDown", "s"], "a page down", () => timeline.page(1)],
        [["PageUp", "w"], "a page up", () => timeline.page(-1)],
        [["Home"], "first row", () => timeline.first()],
        [["End"], "last row", () => timeline.last()],
        [["Enter", " "], "show or hide what the span holds", () => timeline.toggleDetail(timeline.active)],
      ],
    ],
    [
      "Tree",
      [
        [["]"], "expand all", () => timeline.fold((folds) => folds.expandAll())],
        [["["], "collapse all", () => timeline.fold((folds) => folds.collapseAll())],
        [["p"], "expand one level", () => timeline.fold((folds) => folds.expandLevel())],
        [["o"], "collapse one level", () => timeline.fold((folds) => folds.collapseLevel())],
      ],
    ],
    [
      "Time",
      [
        [["+", "="], "zoom in", () => view.zoom(0.5)],
        [["-"], "zoom out", () => view.zoom(2)],
        [["0"], "show the whole trace", () => view.reset()],
        [["a"], "earlier", () => view.pan(-0.25)],
        [["d"], "later", () => view.pan(0.25)],
      ],
    ],
    [
      "Find",
      [
        [["/"], "find in this trace", () => findBar.focus()],
        [["n"], "next match", () => findBar.go(1)],
        [["N"], "previous match", () => findBar.go(-1)],
        [["e"], "next error", () => nextError(1)],
        [["E"], "previous error", () => nextError(-1)],
        [
          ["Escape"],
          "close: this help, the search, what spans hold, the zoom",
          () => close({ timeline, view, findBar }),
        ],
        [["?"], "this help", () => help.open()],
      ],
    ],
  ];
}

function close({ timeline, view, findBar }) {
  if (!findBar.isEmpty) findBar.clear();
  else if (timeline.isOpen(timeline.active)) timeline.toggleDetail(timeline.active);
  else view.reset();
}

/** These belong to the browser unless a row has the focus. */
const ONLY_IN_ROWS = new Set([
  "ArrowDown",
  "ArrowUp",
  "ArrowRight",
  "ArrowLeft",
  "PageDown",
  "PageUp",
  "Home",
  "End",
  "Enter",
  " ",
]);

/** Listens from now on; the help of the page is about these keys. */
export function listenToKeys(parts) {
  const help = helpOverlay();
  const table = keyTable(parts, help);
  help.fill(table);
  const all = table.flatMap(([, rows]) => rows);
  const actions = new Map(all.flatMap(([keys, , act]) => keys.map((key) => [key, act])));
  document.addEventListener("keydown", (event) => {
    const act = isFind(event, parts.findBar) ? () => parts.findBar.focus() : plainAction(event, actions);
    if (!act || help.isOpen()) return;
    event.preventDefault();
    act();
  });
  return help;
}

/** The browser's own find sees only the rows that are drawn; pressed again it comes all the same. */
function isFind(event, findBar) {
  return (event.ctrlKey || event.metaKey) && ["f", "b"].includes(event.key) && !findBar.hasFocus;
}

function plainAction(event, actions) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return null;
  const isOnRow = event.target.closest(".row") === event.target;
  return ONLY_IN_ROWS.has(event.key) && !isOnRow ? null : actions.get(event.key);
}

function isTyping(target) {
  return Boolean(target.closest("input, select, textarea"));
}
