// The row of a span: its place in the tree, its names, and its bar in the view.

import { el, name, styled } from "./dom.js";
import { count, duration } from "./format.js";

/** Deeper levels are told by a number, since the names need room too. */
const MAX_INDENT = 16;
const MAX_MARKS = 50;

export function drawRow(trace, node) {
  const toggle =
    node.children.length > 0
      ? el("button", { type: "button", class: "toggle", tabindex: -1 })
      : el("span", { class: "toggle" });
  const label = el("div", { class: "label" }, marks(node), names(node));
  const line = el(
    "div",
    { class: `line paint-${node.colour}` },
    el(
      "div",
      { class: "name", role: "gridcell" },
      styled(el("span", { class: "indent" }), { "--level": Math.min(node.depth, MAX_INDENT) }),
      node.depth > MAX_INDENT &&
        el("span", { class: "deep", title: `Level ${node.depth + 1}` }, String(node.depth + 1)),
      toggle,
      label,
    ),
    lane(trace, node),
  );
  return el(
    "div",
    {
      class: "row",
      role: "row",
      id: `span-${node.index}`,
      "data-span": node.span.spanID,
      "aria-level": node.depth + 1,
      "aria-setsize": node.siblings,
      "aria-posinset": node.place,
    },
    line,
  );
}

function marks(node) {
  const warnings = [node.note && `Shown as a root: ${node.note}.`, ...(node.span.warnings ?? [])].filter(
    Boolean,
  );
  return [
    node.isError &&
      el("span", { class: "error-mark", title: "Error", role: "img", "aria-label": "Error" }, "!"),
    !node.isError &&
      node.errorsBelow > 0 &&
      el(
        "span",
        {
          class: "error-mark below",
          title: `${count(node.errorsBelow, "error")} below`,
          role: "img",
          "aria-label": `${count(node.errorsBelow, "error")} below`,
        },
        "!",
      ),
    warnings.length > 0 &&
      el(
        "span",
        { class: "note-mark", title: warnings.join("\n"), role: "img", "aria-label": "Warning" },
        "?",
      ),
  ];
}

function names(node) {
  const peer =
    node.peer &&
    node.peer !== node.service &&
    el(
      "span",
      { class: "peer", title: `${node.peer} was called, and sent no span of its own` },
      "→ ",
      name(node.peer),
    );
  return [
    el("b", { class: "service" }, name(node.service)),
    peer,
    el("span", { class: "operation" }, name(node.operation)),
  ];
}

function lane(trace, { span }) {
  const logs = span.logs.slice(0, MAX_MARKS).map(() => el("span", { class: "log-mark" }));
  const told = [
    `${duration(span.duration)}, from ${duration(span.startTime - trace.start)}`,
    span.logs.length > 0 && count(span.logs.length, "log"),
  ]
    .filter(Boolean)
    .join(", ");
  return el(
    "div",
    { class: "lane", role: "gridcell", "aria-label": told, title: told },
    el("span", { class: "bar" }),
    logs,
    el("span", { class: "length", "aria-hidden": "true" }, duration(span.duration)),
  );
}

/** Puts the bar, its marks and its label where the view has them. */
export function placeBar(trace, node, row, view) {
  const { span } = node;
  const percent = (us) => 100 * Math.min(Math.max(view.place(us - trace.start), -0.5), 1.5);
  const [left, right] = [percent(span.startTime), percent(span.startTime + span.duration)];
  styled(row.querySelector(".bar"), { left: `${left}%`, width: `${right - left}%` });
  row.querySelectorAll(".log-mark").forEach((mark, at) => {
    const place = percent(span.logs[at].timestamp);
    styled(mark, { left: `${place}%` });
    mark.hidden = place < 0 || place > 100;
  });
  const label = row.querySelector(".length");
  const side = sideOf(left, right);
  label.dataset.side = side;
  styled(label, {
    left: side === "after" ? `${right}%` : side === "past" ? "0" : "auto",
    right: side === "before" ? `${100 - left}%` : ["inside", "ahead"].includes(side) ? "0" : "auto",
  });
}

/** Where there is room for the duration. A bar that is out of sight has it at the edge behind which it is. */
function sideOf(left, right) {
  if (right < 0) return "past";
  if (left > 100) return "ahead";
  if (right < 84) return "after";
  return left > 16 ? "before" : "inside";
}
