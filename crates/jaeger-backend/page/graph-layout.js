// Places the services of a graph in columns, callers left of whom they call. The same graph always looks the same.

const GAP = 26;
const COLUMN_GAP = 110;
const NODE_HEIGHT = 34;
const SWEEPS = 8;
const MOST_COLUMNS = 10;
const LETTER = 7.4;
const MOST_LETTERS = 30;

/** { width, height, nodes: [{ name, x, y, width, height }], edges: [{ from, to, calls, isBack }] }, from sorted names. */
export function layOut(names, calls) {
  const nodes = new Map(names.map((name) => [name, { name, column: 0, row: 0, before: [], after: [] }]));
  const sorted = calls.toSorted((a, b) => order(a.parent, b.parent) || order(a.child, b.child));
  const edges = sorted.map(({ parent, child, callCount }) => ({ from: nodes.get(parent), to: nodes.get(child), calls: callCount, isBack: false }));
  for (const edge of edges) if (edge.from !== edge.to) edge.from.after.push(edge);
  breakCycles([...nodes.values()]);
  for (const edge of edges) if (edge.from !== edge.to && !edge.isBack) edge.to.before.push(edge);
  setColumns([...nodes.values()]);
  if (Math.max(...[...nodes.values()].map((node) => node.column)) >= MOST_COLUMNS) setColumnsByDistance([...nodes.values()]);
  const columns = [];
  for (const node of nodes.values()) (columns[node.column] ??= []).push(node);
  sortColumns(columns);
  return { ...place(columns), nodes: [...nodes.values()], edges };
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Marks the calls that lead back to a caller, so that the others have no cycle. Those nobody calls come first. */
function breakCycles(nodes) {
  const called = new Set(nodes.flatMap((node) => node.after.map((edge) => edge.to)));
  const starts = [...nodes.filter((node) => !called.has(node)), ...nodes];
  const state = new Map();
  for (const start of starts) {
    if (state.has(start)) continue;
    state.set(start, "open");
    const path = [[start, 0]];
    while (path.length > 0) {
      const top = path.at(-1);
      const edge = top[0].after[top[1]];
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

/** One column behind the last caller's. */
function setColumns(nodes) {
  const open = new Map(nodes.map((node) => [node, node.before.length]));
  const ready = nodes.filter((node) => node.before.length === 0);
  for (const node of ready) {
    for (const edge of node.after) {
      if (edge.isBack) continue;
      edge.to.column = Math.max(edge.to.column, node.column + 1);
      open.set(edge.to, open.get(edge.to) - 1);
      if (open.get(edge.to) === 0) ready.push(edge.to);
    }
  }
}

/** For a dense graph, whose longest path would make a picture that nobody scrolls through: by the least number of calls. */
function setColumnsByDistance(nodes) {
  const called = new Set(nodes.flatMap((node) => node.after.filter((edge) => edge.to !== node).map((edge) => edge.to)));
  const placed = new Set();
  for (const start of [...nodes.filter((node) => !called.has(node)), ...nodes]) {
    if (placed.has(start)) continue;
    placed.add(start);
    start.column = 0;
    const pending = [start];
    for (const node of pending) {
      for (const { to } of node.after) {
        if (placed.has(to)) continue;
        placed.add(to);
        to.column = node.column + 1;
        pending.push(to);
      }
    }
  }
  for (const edge of nodes.flatMap((node) => node.after)) edge.isBack = edge.to.column < edge.from.column;
}

/** Puts each node near the middle of its neighbours, so that fewer lines cross. */
function sortColumns(columns) {
  const number = (column) => column.forEach((node, row) => {
    node.row = row - (column.length - 1) / 2;
  });
  columns.forEach(number);
  const middle = (node, neighbours) =>
    neighbours.length > 0 ? neighbours.reduce((sum, other) => sum + other.row, 0) / neighbours.length : node.row;
  const sort = (column, neighbours) => {
    const wanted = new Map(column.map((node) => [node, middle(node, neighbours(node))]));
    column.sort((a, b) => wanted.get(a) - wanted.get(b) || order(a.name, b.name));
    number(column);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const column of columns) sort(column, (node) => node.before.map((edge) => edge.from));
    for (const column of columns.toReversed()) sort(column, (node) => node.after.filter((edge) => !edge.isBack).map((edge) => edge.to));
  }
}

/** From columns and rows to pixels. */
function place(columns) {
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = tallest * (NODE_HEIGHT + GAP) + GAP;
  let x = GAP;
  for (const column of columns) {
    const width = Math.max(...column.map((node) => Math.min(node.name.length, MOST_LETTERS) * LETTER + 34));
    for (const node of column) {
      const y = height / 2 + node.row * (NODE_HEIGHT + GAP) - NODE_HEIGHT / 2;
      Object.assign(node, { x, y, width, height: NODE_HEIGHT });
    }
    x += width + COLUMN_GAP;
  }
  return { width: x - COLUMN_GAP + GAP * 2, height: height + GAP };
}
