// Finds spans in a trace by words.
//
// Every word must be found in the span: in its names, its tags, its process's tags, its logs, or as its id.
// `key=value` asks for a tag, `-word` for a span without it, and quotes keep blanks together.

import { splitWords } from "./words.js";

/** The nodes that have all of it; none for no words. */
export function find(trace, text) {
  const terms = splitWords(text).map(readTerm);
  if (terms.length === 0) return [];
  return trace.nodes.filter((node) => terms.every(({ isWanted, matches }) => matches(node) === isWanted));
}

function readTerm({ key, value, word }) {
  const isWanted = !(key ?? word).startsWith("-") || (key ?? word) === "-";
  const stripped = isWanted ? (key ?? word) : (key ?? word).slice(1);
  const wanted = stripped.toLowerCase();
  if (key === null) return { isWanted, matches: (node) => textOf(node).includes(wanted) };
  const wantedValue = value.toLowerCase();
  const hasPair = (pair) =>
    pair.key.toLowerCase() === wanted && (value === "" || String(pair.value).toLowerCase() === wantedValue);
  return { isWanted, matches: (node) => pairsOf(node).some(hasPair) };
}

function pairsOf({ span, process }) {
  return [...span.tags, ...process.tags, ...span.logs.flatMap((log) => log.fields)];
}

/** Everything readable of a span, made once. */
function textOf(node) {
  node.text ??= [
    node.service,
    node.operation,
    node.span.spanID,
    ...pairsOf(node).map(({ key, value }) => `${key}=${value}`),
  ]
    .join("\n")
    .toLowerCase();
  return node.text;
}
