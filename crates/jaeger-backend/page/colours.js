// Gives services their colours: the same service the same one, wherever it is shown.

const COLOURS = 12;

/** name -> number of a `paint-` class. Two names share one only if there are more names than colours. */
export function coloursOf(names) {
  const sorted = [...new Set(names)].sort();
  const colours = new Map();
  const taken = new Set();
  for (const name of sorted) {
    let colour = hash(name) % COLOURS;
    for (let tried = 0; tried < COLOURS && taken.has(colour); tried += 1) colour = (colour + 5) % COLOURS;
    taken.add(colour);
    if (taken.size === COLOURS) taken.clear();
    colours.set(name, colour);
  }
  return colours;
}

/** FNV-1a. */
function hash(text) {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return sum;
}
