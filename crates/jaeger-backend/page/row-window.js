// Keeps in the page only the rows that can be seen, however many there are, and the one that has the focus.

import { styled } from "./dom.js";
import { RowHeights } from "./row-heights.js";

/** Rows drawn above and below what can be seen. */
const OVERSCAN = 8;
/** So much of what hangs below a row should be seen when it is opened, in pixels. */
const LEAST_SEEN = 160;
/** Holds in a window of any height, such as that of a printer. */
const MOST_ROWS = 240;

export class RowWindow {
  #element;
  #draw;
  #update;
  #items = [];
  #heights = new RowHeights();
  #drawn = new Map();
  #kept = null;
  #watched = new Map();
  #sizes = new ResizeObserver((entries) => this.#measured(entries));
  #isScheduled = false;

  /** `draw(item)` makes the element of a row, `update(item, element)` is called whenever it may have changed. */
  constructor(element, draw, update) {
    this.#element = element;
    this.#draw = draw;
    this.#update = update;
    window.addEventListener("scroll", () => this.#schedule(), { passive: true });
    window.addEventListener("resize", () => this.#schedule());
  }

  /** The rows from now on, in their order. */
  show(items) {
    this.#items = items;
    this.#heights.setItems(items);
    this.refresh();
  }

  /** This row stays in the page wherever it is, because it has the focus. */
  keep(item) {
    this.#kept = item;
  }

  /** Draws the rows again whose state may have changed. */
  refresh() {
    this.#place();
    for (const [item, element] of this.#drawn) this.#update(item, element);
  }

  elementOf(item) {
    return this.#drawn.get(item);
  }

  positionOf(item) {
    return this.#heights.positionOf(item);
  }

  /** Rows that fit between `covered` pixels and the end of the window. */
  rowsPerPage(covered) {
    return Math.floor((window.innerHeight - covered) / this.#heights.row);
  }

  /** Keeps track of the height of what hangs below a row's line. */
  watch(item, below) {
    this.#watched.set(below, item);
    this.#heights.setBelow(item, below.offsetHeight);
    this.#sizes.observe(below);
  }

  unwatch(item, below) {
    this.#watched.delete(below);
    this.#heights.removeBelow(item);
    this.#sizes.unobserve(below);
  }

  /** Where the row is in the window, whether it is drawn or not. */
  topOf(item) {
    return this.#element.getBoundingClientRect().top + this.#heights.top(this.positionOf(item));
  }

  scrollBy(pixels) {
    if (Math.abs(pixels) >= 1) window.scrollBy({ top: pixels, behavior: "instant" });
    this.#place();
  }

  /** Scrolls as little as needed for the row to be seen below `covered` pixels; a far one comes to the middle. */
  scrollTo(item, covered) {
    if (this.positionOf(item) < 0) return;
    const [top, height] = [this.topOf(item), window.innerHeight];
    const bottom = top + this.#heights.row;
    const isFar = bottom < covered - height || top > 2 * height;
    if (isFar) this.scrollBy(top - (covered + height) / 2);
    else if (top < covered) this.scrollBy(top - covered - 4);
    else if (bottom > height) this.scrollBy(bottom - height + 4);
    else this.#place();
  }

  /** Scrolls if hardly anything is seen of what hangs below the row; the row itself stays in sight. */
  scrollToBelow(item, covered) {
    const [top, below] = [this.topOf(item), this.#heights.below(item) ?? 0];
    const beyond = top + this.#heights.row + below - window.innerHeight;
    const seen = below - beyond;
    if (seen < Math.min(below, LEAST_SEEN)) this.scrollBy(Math.min(beyond + 4, top - covered - 4));
  }

  /** The first row that is not covered by what sticks to the top of the window. */
  firstSeen(covered) {
    const position = this.#heights.at(covered - this.#element.getBoundingClientRect().top);
    return this.#items[Math.min(position, this.#items.length - 1)];
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => this.#place());
  }

  #place() {
    this.#isScheduled = false;
    // The style sheet decides it, by the width of the page.
    this.#heights.row = parseFloat(getComputedStyle(this.#element).getPropertyValue("--row"));
    const above = -this.#element.getBoundingClientRect().top;
    const first = Math.max(this.#heights.at(above) - OVERSCAN, 0);
    const last = this.#heights.at(above + window.innerHeight) + OVERSCAN;
    const end = Math.min(last + 1, this.#items.length, first + MOST_ROWS);
    styled(this.#element, { height: `${this.#heights.total}px` });
    const wanted = this.#items.slice(first, end);
    const kept = this.positionOf(this.#kept);
    if (kept >= 0 && kept < first) wanted.unshift(this.#kept);
    if (kept >= end) wanted.push(this.#kept);
    this.#put(wanted);
  }

  /** What stays is never moved within the document: it would lose the focus. */
  #put(wanted) {
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
      styled(element, { top: `${this.#heights.top(this.positionOf(item))}px` });
    }
  }

  #measured(entries) {
    let hasChanged = false;
    for (const { target } of entries) {
      const item = this.#watched.get(target);
      // Out of the document it has no height, and keeps the one it had.
      if (!item || !target.isConnected || this.#heights.below(item) === target.offsetHeight) continue;
      this.#heights.setBelow(item, target.offsetHeight);
      hasChanged = true;
    }
    if (hasChanged) this.#place();
  }
}
