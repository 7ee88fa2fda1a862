// Words as logfmt has them: `key=value` pairs and plain words, where double quotes keep blanks together.

const WORD = /(-?(?:[^\s="]+|"(?:[^"\\]|\\.)*"))(?:=("(?:[^"\\]|\\.)*"|\S*))?|\S/g;

/** [{ key, value, word }]: a pair has `key` and `value`, a plain word has `word`. */
export function splitWords(text) {
  return [...text.matchAll(WORD)].map(([whole, first, second]) => {
    if (first === undefined) return { key: null, value: null, word: whole };
    if (second === undefined) return { key: null, value: null, word: unquoted(first) };
    return { key: unquoted(first), value: unquoted(second), word: null };
  });
}

function unquoted(text) {
  const minus = text.startsWith('-"') ? "-" : "";
  const body = text.slice(minus.length);
  if (body.length < 2 || !body.startsWith('"') || !body.endsWith('"')) return text;
  return minus + body.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** Quotes what would otherwise not be read as one word. */
export function quoted(text) {
  return text !== "" && /^[^\s="\\]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
