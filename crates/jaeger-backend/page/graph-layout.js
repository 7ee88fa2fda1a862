// Places the services of a graph in columns, callers left of whom they call. The same graph always looks the same.
//
// A call over more than one column gets a bend in each column between, which is placed as the services are: so lines
// pass between the boxes and not behind them.

import { printable } from "./format.js";

const GAP = 26;
const COLUMN_GAP = 120;
const NODE_HEIGHT = 34;
const BEND_HEIGHT = 14;
const SWEEPS = 12;
const LETTER = 7.6;
const MOST_LETTERS = 28;
const MOST_COLUMNS = 10;

/** { width, height, nodes: [{ name, label, x, y, width, height }], edges: [{ from, to, calls, isBack, bends }] } */
export function layOut(names, calls) {
  const nodes = [...names].sort(order).map(newNode);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const sorted = calls.toSorted((a, b) => order(a.parent, b.parent) || order(a.child, b.child));
  const edges = sorted.map(({ parent, child, callCount }) => ({
    from: byName.get(parent),
    to: byName.get(child),
    calls: callCount,
    isBack: false,
    bends: [],
  }));
  const between = edges.filter((edge) => edge.from !== edge.to);
  for (const edge of between) edge.from.calls.push(edge);
  breakCycles(nodes);
  setColumns(nodes);
  if (Math.max(...nodes.map((node) => node.column)) >= MOST_COLUMNS) setColumnsByDistance(nodes);
  const columns = [];
  for (const node of nodes) (columns[node.column] ??= []).push(node);
  for (const edge of between) bend(edge, columns);
  sortColumns(columns);
  return { ...place(columns), nodes, edges };
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function newNode(name) {
  const text = printable(name);
  const label = text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
  return { name, label, column: 0, middle: 0, height: NODE_HEIGHT, calls: [], left: [], right: [] };
}

/** Marks the calls that lead back to a caller, so that the others have no cycle. Those nobody calls come first. */
function breakCycles(nodes) {
  const state = new Map();
  for (const start of startsOf(nodes)) {
    if (state.has(start)) continue;
    state.set(start, "open");
    const path = [[start, 0]];
    while (path.length > 0) {
      const top = path.at(-1);
      const edge = top[0].calls[top[1]];
      top[1] += 1;
      if (!edge) {
        state.set(top[0], "done");
        path.pop();
      } else if (state.get(edge.to) === "open") {
        edge.isBack = true;
      } else if (!state.has(edge.to)) {
        state.set(edge.to, "open");
        path.push([edge.to, 0]);
      }
    }
  }
}

function startsOf(nodes) {
  const called = new Set(nodes.flatMap((node) => node.calls.map((edge) => edge.to)));
  return [...nodes.filter((node) => !called.has(node)), ...nodes];
}

/** One column behind the last caller's. */
function setColumns(nodes) {
  const forward = nodes.flatMap((node) => node.calls).filter((edge) => !edge.isBack);
  const open = new Map(nodes.map((node) => [node, 0]));
  for (const { to } of forward) open.set(to, open.get(to) + 1);
  const ready = nodes.filter((node) => open.get(node) === 0);
  for (const node of ready) {
    for (const { to, isBack } of node.calls) {
      if (isBack) continue;
      to.column = Math.max(to.column, node.column + 1);
      open.set(to, open.get(to) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
}

/** For a dense graph, whose longest path would make a picture that nobody scrolls through: by the least number of calls. */
function setColumnsByDistance(nodes) {
  const placed = new Set();
  for (const start of startsOf(nodes)) {
    if (placed.has(start)) continue;
    placed.add(start);
    start.column = 0;
    const pending = [start];
    for (const node of pending) {
      for (const { to } of node.calls) {
        if (placed.has(to)) continue;
        placed.add(to);
        to.column = node.column + 1;
        pending.push(to);
      }
    }
  }
  for (const edge of nodes.flatMap((node) => node.calls)) edge.isBack = edge.to.column < edge.from.column;
}

/** Joins the two by a bend in each column between them, which are listed from the left. */
function bend(edge, columns) {
  const [left, right] = edge.isBack ? [edge.to, edge.from] : [edge.from, edge.to];
  let last = left;
  for (let column = left.column + 1; column < right.column; column += 1) {
    const next = { name: "", column, middle: 0, height: BEND_HEIGHT, left: [], right: [] };
    columns[column].push(next);
    edge.bends.push(next);
    join(last, next);
    last = next;
  }
  if (left.column !== right.column) join(last, right);
}

function join(left, right) {
  left.right.push(right);
  right.left.push(left);
}

/** Puts each node near the middle of its neighbours, so that fewer lines cross. */
function sortColumns(columns) {
  const stack = (column) => {
    let y = 0;
    for (const node of column) {
      node.middle = y + node.height / 2;
      y += node.height + GAP;
    }
    for (const node of column) node.middle -= (y - GAP) / 2;
  };
  columns.forEach(stack);
  const sort = (column, side) => {
    const wanted = new Map(column.map((node) => [node, average(node[side], node.middle)]));
    column.sort((a, b) => wanted.get(a) - wanted.get(b));
    stack(column);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const column of columns) sort(column, "left");
    for (const column of columns.toReversed()) sort(column, "right");
  }
}

function average(nodes, otherwise) {
  return nodes.length > 0 ? nodes.reduce((sum, { middle }) => sum + middle, 0) / nodes.length : otherwise;
}

/** From the middles to pixels. */
function place(columns) {
  const all = columns.flat();
  const top = Math.min(...all.map((node) => node.middle - node.height / 2)) - 2 * GAP;
  const bottom = Math.max(...all.map((node) => node.middle + node.height / 2)) + 2 * GAP;
  let x = GAP;
  for (const column of columns) {
    const width = Math.max(
      ...column.filter(({ label }) => label !== undefined).map(({ label }) => label.length * LETTER + 34),
    );
    for (const node of column) Object.assign(node, { x, y: node.middle - node.height / 2 - top, width });
    x += width + COLUMN_GAP;
  }
  return { width: x - COLUMN_GAP + 3 * GAP, height: bottom - top };
}
