// Keeps in the page only the rows that can be seen, however many there are, and the one that has the focus.

import { styled } from "./dom.js";

/** Rows drawn above and below what can be seen. */
const OVERSCAN = 8;
/** Holds in a window of any height, such as that of a printer. */
const MOST_ROWS = 240;

export class RowWindow {
  #element;
  #draw;
  #update;
  #items = [];
  #positions = new Map();
  #drawn = new Map();
  #kept = null;
  #extra = new Map();
  #tall = [];
  #sizes;
  #scheduled = false;

  /** `draw(item)` makes the element of a row, `update(item, element)` is called whenever it may have changed. */
  constructor(element, draw, update) {
    this.#element = element;
    this.#draw = draw;
    this.#update = update;
    this.#sizes = new ResizeObserver((entries) => this.#measured(entries));
    const place = () => this.#schedule();
    window.addEventListener("scroll", place, { passive: true });
    window.addEventListener("resize", place);
    this.stop = () => {
      window.removeEventListener("scroll", place);
      window.removeEventListener("resize", place);
      this.#sizes.disconnect();
    };
  }

  /** The rows from now on, in their order. */
  show(items) {
    this.#items = items;
    this.#positions = new Map(items.map((item, position) => [item, position]));
    this.refresh();
  }

  /** This row stays in the page wherever it is, because it has the focus. */
  keep(item) {
    this.#kept = item;
  }

  /** Draws the rows again whose state may have changed. */
  refresh() {
    this.#findTall();
    this.place();
    for (const [item, element] of this.#drawn) this.#update(item, element);
  }

  elementOf(item) {
    return this.#drawn.get(item);
  }

  positionOf(item) {
    return this.#positions.get(item) ?? -1;
  }

  /** The height of a row that is closed. The style sheet decides it, by the width of the page. */
  get rowHeight() {
    return parseFloat(getComputedStyle(this.#element).getPropertyValue("--row")) || 28;
  }

  /** Keeps track of the height of what hangs below a row's line; `null` when nothing does any more. */
  watch(item, below, before) {
    if (before) this.#sizes.unobserve(before);
    this.#extra.delete(item);
    if (below) {
      below.watchedItem = item;
      this.#extra.set(item, below.offsetHeight);
      this.#sizes.observe(below);
    }
    this.#findTall();
  }

  /** Scrolls as little as needed for the row to be seen below `covered` pixels; a far one comes to the middle. */
  scrollTo(item, covered) {
    if (this.positionOf(item) < 0) return;
    const top = window.scrollY + this.topOf(item);
    const bottom = top + this.rowHeight;
    const [low, high] = [window.scrollY + covered, window.scrollY + window.innerHeight];
    const far = window.innerHeight;
    let target = window.scrollY;
    if (bottom < low - far || top > high + far) target = top - (covered + window.innerHeight) / 2;
    else if (top < low) target = top - covered - 4;
    else if (bottom > high) target = bottom - window.innerHeight + 4;
    if (target !== window.scrollY) window.scrollTo({ top: target, behavior: "instant" });
    this.place();
  }

  /** Where the row is in the window, whether it is drawn or not. */
  topOf(item) {
    return this.#element.getBoundingClientRect().top + this.#top(this.positionOf(item));
  }

  scrollBy(pixels) {
    if (Math.abs(pixels) >= 1) window.scrollBy({ top: pixels, behavior: "instant" });
    this.place();
  }

  /** The first row that is not covered by what sticks to the top of the window. */
  firstSeen(covered) {
    const y = covered - this.#element.getBoundingClientRect().top;
    return this.#items[Math.min(Math.max(this.#at(y), 0), this.#items.length - 1)];
  }

  place() {
    this.#scheduled = false;
    const height = this.rowHeight;
    const above = -this.#element.getBoundingClientRect().top;
    const first = Math.max(this.#at(above) - OVERSCAN, 0);
    const end = Math.min(this.#at(above + window.innerHeight) + 1 + OVERSCAN, this.#items.length, first + MOST_ROWS);
    styled(this.#element, { height: `${this.#top(this.#items.length)}px` });
    const wanted = this.#items.slice(first, end);
    const kept = this.positionOf(this.#kept);
    if (kept >= 0 && kept < first) wanted.unshift(this.#kept);
    if (kept >= end) wanted.push(this.#kept);
    this.#put(wanted, height);
  }

  /** What stays is never moved within the document: it would lose the focus. */
  #put(wanted, height) {
    const stays = new Set(wanted);
    for (const [item, element] of this.#drawn) {
      if (stays.has(item)) continue;
      element.remove();
      this.#drawn.delete(item);
    }
    let next = this.#element.firstChild;
    for (const item of wanted) {
      let element = this.#drawn.get(item);
      if (element) {
        next = element.nextSibling;
      } else {
        element = this.#draw(item);
        this.#drawn.set(item, element);
        this.#element.insertBefore(element, next);
        this.#update(item, element);
      }
      styled(element, { top: `${this.#top(this.positionOf(item), height)}px` });
    }
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => this.place());
  }

  #measured(entries) {
    let changed = false;
    for (const { target } of entries) {
      const height = target.offsetHeight;
      // Out of the document it has no height, and keeps the one it had.
      if (!target.isConnected || this.#extra.get(target.watchedItem) === height) continue;
      this.#extra.set(target.watchedItem, height);
      changed = true;
    }
    if (!changed) return;
    this.#findTall();
    this.place();
  }

  /** The open rows by position, each with the height of all open ones up to it. */
  #findTall() {
    const open = [...this.#extra].map(([item, height]) => [this.positionOf(item), height]);
    let sum = 0;
    this.#tall = open.filter(([position]) => position >= 0).sort(([a], [b]) => a - b)
      .map(([position, height]) => [position, (sum += height)]);
  }

  #top(position, height = this.rowHeight) {
    let [low, high] = [0, this.#tall.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tall[middle][0] < position) low = middle + 1;
      else high = middle;
    }
    return position * height + (low > 0 ? this.#tall[low - 1][1] : 0);
  }

  /** The position of the row at that many pixels from the top. */
  #at(y) {
    const height = this.rowHeight;
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#top(middle + 1, height) <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
