// Draws the graph of services.

import { svg } from "./dom.js";
import { count } from "./format.js";
import { searchFor } from "./search-address.js";

/** Where on its line a number may stand, the best place first. */
const SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78];

/** The calls of a service stand out while it is pointed at. */
export function drawGraph(graph, colours) {
  const arrow = {
    id: "arrow",
    viewBox: "0 0 8 8",
    refX: 7,
    refY: 4,
    markerWidth: 9,
    markerHeight: 9,
    markerUnits: "userSpaceOnUse",
    orient: "auto",
  };
  const lines = graph.edges.map(line);
  const numbers = labels(graph.edges);
  const boxes = graph.nodes.map((node) => box(node, colours));
  const picture = svg(
    "svg",
    { class: "graph", viewBox: `0 0 ${graph.width} ${graph.height}` },
    svg("defs", {}, svg("marker", arrow, svg("path", { class: "head-of-arrow", d: "M0 0L8 4L0 8z" }))),
    lines,
    boxes,
    numbers,
  );
  graph.nodes.forEach((node, at) => {
    const isOf = ({ from, to }) => from === node || to === node;
    const light = (on) => {
      picture.classList.toggle("picked", on);
      graph.edges.forEach((edge, number) => {
        if (!isOf(edge)) return;
        for (const part of [lines[number], numbers[number]]) part.classList.toggle("lit", on);
      });
    };
    for (const [type, on] of [
      ["pointerenter", true],
      ["focus", true],
      ["pointerleave", false],
      ["blur", false],
    ]) {
      boxes[at].addEventListener(type, () => light(on));
    }
  });
  return picture;
}

/** The curves of a call, each of four points; those of a call back run from the right to the left. */
function curves(edge) {
  const { from, to, bends, isBack } = edge;
  const middle = (node) => node.y + node.height / 2;
  const right = (node, y) => [node.x + node.width, middle(node) + y];
  const left = (node, y) => [node.x, middle(node) + y];
  if (from === to) {
    const x = from.x + from.width / 2;
    return [
      [
        [x + 16, from.y],
        [x + 34, from.y - 26],
        [x - 34, from.y - 26],
        [x - 16, from.y],
      ],
    ];
  }
  if (from.column === to.column) {
    const [start, end] = [right(from, 4), right(to, -4)];
    return [[start, [start[0] + 50, start[1]], [end[0] + 50, end[1]], end]];
  }
  // What goes and what comes back between the same two are not the same line.
  const stops = isBack
    ? [left(from, 8), ...bends.toReversed().flatMap((bend) => [right(bend, 0), left(bend, 0)]), right(to, 8)]
    : [right(from, -4), ...bends.flatMap((bend) => [left(bend, 0), right(bend, 0)]), left(to, -4)];
  return stops.slice(1).map((stop, at) => {
    const before = stops[at];
    const x = (before[0] + stop[0]) / 2;
    return [before, [x, before[1]], [x, stop[1]], stop];
  });
}

function line(edge) {
  const parts = curves(edge);
  const path = `M${parts[0][0]}${parts.map(([, ...rest]) => `C${rest.join(" ")}`).join("")}`;
  const thick = Math.min(1.2 + Math.log10(Math.max(edge.calls, 1)) * 0.6, 4);
  return svg(
    "path",
    {
      class: `call ${edge.isBack ? "back" : ""}`,
      d: path,
      "stroke-width": thick.toFixed(1),
      "marker-end": "url(#arrow)",
    },
    svg("title", {}, `${edge.from.name} → ${edge.to.name}: ${count(edge.calls, "call")}`),
  );
}

/** The numbers stand near the middle of their lines, where they do not cover each other. */
function labels(edges) {
  const taken = [];
  return edges.map((edge) => {
    const text = edge.calls.toLocaleString();
    const half = (text.length * 8) / 2;
    const isFree = ([x, y]) =>
      taken.every((other) => Math.abs(other.x - x) > other.half + half || Math.abs(other.y - y) > 14);
    const places = SHARES.map((share) => placeOn(edge, share));
    const [x, y] = places.find(isFree) ?? places[0];
    taken.push({ x, y, half });
    return svg("text", { class: "calls-of", x, y: y + 4, "text-anchor": "middle" }, text);
  });
}

/** A point of the middle one of the line's curves. */
function placeOn(edge, share) {
  const parts = curves(edge);
  const points = parts[Math.floor(parts.length / 2)];
  const rest = 1 - share;
  const weights = [rest ** 3, 3 * share * rest ** 2, 3 * share ** 2 * rest, share ** 3];
  return [0, 1].map((axis) => points.reduce((sum, point, number) => sum + weights[number] * point[axis], 0));
}

function box(node, colours) {
  return svg(
    "a",
    {
      class: `node paint-${colours.get(node.name)}`,
      href: searchFor(node.name),
      "aria-label": node.name.slice(0, 300),
    },
    svg("rect", { x: node.x, y: node.y, width: node.width, height: node.height, rx: 7 }),
    svg("rect", { class: "stripe", x: node.x, y: node.y, width: 6, height: node.height, rx: 3 }),
    svg("text", { x: node.x + 18, y: node.y + node.height / 2 + 5 }, node.label),
    svg("title", {}, node.name.slice(0, 2000)),
  );
}
