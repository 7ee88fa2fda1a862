// Draws the graph of services.

import { svg } from "./dom.js";
import { count } from "./format.js";
import { searchFor } from "./search-address.js";

const MOST_LETTERS = 30;

export function drawGraph(graph, colours) {
  return svg("svg", { class: "graph", width: graph.width, height: graph.height, viewBox: `0 0 ${graph.width} ${graph.height}` },
    svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto-start-reverse" },
      svg("path", { class: "head-of-arrow", d: "M0 0L8 4L0 8z" }))),
    graph.edges.map(line), graph.edges.map(label), graph.nodes.map((node) => box(node, colours)));
}

/** The curve of a call: to the right; beside its column; back below the boxes; or round the box that calls itself. */
function curve({ from, to }) {
  const [startX, startY] = [from.x + from.width, from.y + from.height / 2];
  const [endX, endY] = [to.x, to.y + to.height / 2];
  if (from === to) {
    const x = from.x + from.width / 2;
    return { points: [[x + 16, from.y], [x + 34, from.y - 24], [x - 34, from.y - 24], [x - 16, from.y]] };
  }
  if (endX > startX) {
    const reach = Math.max((endX - startX) / 2, 30);
    return { points: [[startX, startY], [startX + reach, startY], [endX - reach, endY], [endX, endY]] };
  }
  if (from.column === to.column) {
    const side = Math.max(startX, to.x + to.width) + 46;
    return { points: [[startX, startY], [side, startY], [side, endY], [to.x + to.width, endY]] };
  }
  const low = Math.max(from.y, to.y) + from.height;
  const [fromX, toX] = [from.x + from.width / 2, to.x + to.width / 2];
  return { points: [[fromX, from.y + from.height], [fromX, low + 34], [toX, low + 34], [toX, to.y + to.height]] };
}

function line(edge) {
  const [start, ...rest] = curve(edge).points;
  const thick = Math.min(1.2 + Math.log10(Math.max(edge.calls, 1)) * 0.7, 5);
  return svg("path", {
    class: `call ${edge.isBack ? "back" : ""}`, d: `M${start}C${rest.join(" ")}`, "stroke-width": thick.toFixed(1), "marker-end": "url(#arrow)",
  }, svg("title", {}, `${edge.from.name} → ${edge.to.name}: ${count(edge.calls, "call")}`));
}

/** The number stands in the middle of its curve. */
function label(edge) {
  const { points } = curve(edge);
  const at = (axis) => (points[0][axis] + 3 * points[1][axis] + 3 * points[2][axis] + points[3][axis]) / 8;
  return svg("text", { class: "calls-of", x: at(0), y: at(1) + 4, "text-anchor": "middle" }, edge.calls.toLocaleString());
}

function box(node, colours) {
  const text = node.name.length > MOST_LETTERS ? `${node.name.slice(0, MOST_LETTERS - 1)}…` : node.name;
  return svg("a", { class: `node paint-${colours.get(node.name)}`, href: searchFor(node.name), "aria-label": node.name.slice(0, 300) },
    svg("rect", { x: node.x, y: node.y, width: node.width, height: node.height, rx: 7 }),
    svg("rect", { class: "stripe", x: node.x, y: node.y, width: 6, height: node.height, rx: 3 }),
    svg("text", { x: node.x + 18, y: node.y + node.height / 2 + 5 }, text),
    svg("title", {}, node.name.slice(0, 2000)));
}
