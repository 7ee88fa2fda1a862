// A trace of the query API as a tree for display. Whatever the references say, each span appears once.

import { coloursOf } from "./colours.js";

/** { id, nodes (parents first), root, start, end, duration, services: name -> { colour, spans, errors }, errors, depth } */
export function readTrace(trace) {
  const nodes = trace.spans.map((span) => newNode(span, trace.processes));
  const ordered = order(link(nodes), nodes);
  measure(ordered);
  const start = ordered.reduce((least, { span }) => Math.min(least, span.startTime), Infinity);
  const end = ordered.reduce((most, { span }) => Math.max(most, span.startTime + span.duration), -Infinity);
  return {
    id: trace.traceID,
    nodes: ordered,
    root: ordered[0],
    start,
    end,
    duration: Math.max(end - start, 0),
    services: paint(ordered),
    errors: ordered.filter((node) => node.isError).length,
    depth: ordered.reduce((most, node) => Math.max(most, node.depth + 1), 0),
    incomplete: ordered.some((node) => node.isOrphan),
  };
}

function newNode(span, processes) {
  const process = processes[span.processID] ?? { serviceName: "?", tags: [] };
  return {
    span,
    process,
    service: process.serviceName,
    operation: span.operationName || "(no operation name)",
    isError: span.tags.some(({ key, value }) => key === "error" && String(value) === "true"),
    isOrphan: false,
    parent: null,
    note: null,
    children: [],
    depth: 0,
    colour: 0,
    placed: false,
  };
}

/** The span below which a span belongs: its first CHILD_OF within the trace, else its first FOLLOWS_FROM. */
function parentId(span) {
  const inTrace = span.references.filter((reference) => reference.traceID === span.traceID);
  return (inTrace.find((reference) => reference.refType === "CHILD_OF") ?? inTrace[0])?.spanID;
}

function link(nodes) {
  const byId = new Map();
  for (const node of nodes) if (!byId.has(node.span.spanID)) byId.set(node.span.spanID, node);
  const roots = [];
  for (const node of nodes) {
    const id = parentId(node.span);
    const parent = byId.get(id);
    if (parent && parent !== node) {
      node.parent = parent;
      parent.children.push(node);
    } else {
      if (id) node.note = parent ? "it is its own parent" : `its parent ${id} has not been received`;
      node.isOrphan = Boolean(id) && !parent;
      roots.push(node);
    }
  }
  return roots;
}

/** Without recursion, because depth is the sender's choice. */
function order(roots, nodes) {
  const byStart = (a, b) => a.span.startTime - b.span.startTime;
  const ordered = [];
  const descend = (root) => {
    const pending = [root];
    while (pending.length > 0) {
      const node = pending.pop();
      if (node.placed) continue;
      node.placed = true;
      node.depth = node === root ? 0 : node.parent.depth + 1;
      ordered.push(node);
      node.children = node.children.filter((child) => !child.placed).sort(byStart);
      for (const child of node.children.toReversed()) pending.push(child);
    }
  };
  roots.sort(byStart).forEach(descend);
  for (const node of nodes) {
    if (node.placed) continue;
    node.note = "its parents form a cycle";
    node.parent = null;
    descend(node);
  }
  return ordered;
}

/** What the rows need: `index`; `end`, behind the last descendant; the place among the siblings; errors below. */
function measure(ordered) {
  ordered.forEach((node, index) => Object.assign(node, { index, end: index + 1, errorsBelow: 0 }));
  for (const node of ordered.toReversed()) {
    if (!node.parent) continue;
    node.parent.end = Math.max(node.parent.end, node.end);
    node.parent.errorsBelow += node.errorsBelow + (node.isError ? 1 : 0);
  }
  const roots = ordered.filter((node) => !node.parent);
  const number = (siblings) =>
    siblings.forEach((node, at) => {
      node.place = at + 1;
      node.siblings = siblings.length;
    });
  number(roots);
  for (const node of ordered) {
    number(node.children);
    node.peer = peerOf(node);
  }
}

/** Who was called, if that one sent no span: a client span without children names its peer. */
function peerOf({ children, span }) {
  if (children.length > 0) return null;
  const value = (key) => span.tags.find((tag) => tag.key === key)?.value;
  const peer = ["client", "producer"].includes(value("span.kind")) ? value("peer.service") : null;
  return peer ? String(peer) : null;
}

function paint(nodes) {
  const colours = coloursOf(nodes.map((node) => node.service));
  const services = new Map();
  for (const node of nodes) {
    node.colour = colours.get(node.service);
    if (!services.has(node.service)) services.set(node.service, { colour: node.colour, spans: 0, errors: 0 });
    const service = services.get(node.service);
    service.spans += 1;
    service.errors += node.isError ? 1 : 0;
  }
  return services;
}
