// A trace of the query API as a tree for display. Whatever the references say, each span appears once.

const COLOURS = 12;

/** { id, nodes (parents first), start, end, services: Map(name -> { colour, spans }), errors, depth } */
export function readTrace(trace) {
  const nodes = trace.spans.map((span) => newNode(span, trace.processes));
  const roots = link(nodes);
  const ordered = order(roots, nodes);
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
      if (id) node.note = parent ? "is its own parent" : `parent ${id} has not been received`;
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
      pending.push(...node.children.toReversed());
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

function paint(nodes) {
  const services = new Map();
  for (const node of nodes) {
    if (!services.has(node.service)) services.set(node.service, { colour: services.size % COLOURS, spans: 0 });
    const service = services.get(node.service);
    service.spans += 1;
    node.colour = service.colour;
  }
  return services;
}
