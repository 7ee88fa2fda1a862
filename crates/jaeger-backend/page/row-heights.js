// Where each row is, in pixels from the top of all rows: all are equally high, but something may hang below a few.

export class RowHeights {
  #items = [];
  #positions = new Map();
  #below = new Map();
  /** [position, height of all that hangs below up to that row], by position. */
  #sums = [];

  /** The height of a row with nothing below it. */
  row = 28;

  setItems(items) {
    this.#items = items;
    this.#positions = new Map(items.map((item, position) => [item, position]));
    this.#sum();
  }

  /** How high that is what hangs below the item's row. It is kept while the row is not among the items. */
  setBelow(item, height) {
    this.#below.set(item, height);
    this.#sum();
  }

  below(item) {
    return this.#below.get(item);
  }

  removeBelow(item) {
    this.#below.delete(item);
    this.#sum();
  }

  /** -1 for what is not among the items. */
  positionOf(item) {
    return this.#positions.get(item) ?? -1;
  }

  /** Of all rows together. */
  get total() {
    return this.top(this.#items.length);
  }

  top(position) {
    const before = firstFor(0, this.#sums.length, (at) => this.#sums[at][0] >= position);
    return position * this.row + (before > 0 ? this.#sums[before - 1][1] : 0);
  }

  /** The position of the row at that place; behind the last one it is their number. */
  at(y) {
    return firstFor(0, this.#items.length, (position) => this.top(position + 1) > y);
  }

  #sum() {
    const known = [...this.#below].map(([item, height]) => [this.positionOf(item), height]);
    const shown = known.filter(([position]) => position >= 0).sort(([a], [b]) => a - b);
    let sum = 0;
    this.#sums = shown.map(([position, height]) => [position, (sum += height)]);
  }
}

/** The first number for which that holds, if it holds for all behind it too. */
function firstFor(low, high, holds) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
