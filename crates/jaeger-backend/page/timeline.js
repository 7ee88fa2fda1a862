// The spans of a trace as a tree of rows: which are open, which one is active, and what keys and clicks do to them.

import { showDetail } from "./detail.js";
import { el } from "./dom.js";
import { Folds } from "./folds.js";
import { count } from "./format.js";
import { drawRow, placeBar } from "./row.js";
import { RowWindow } from "./row-window.js";

export class Timeline {
  #trace;
  #view;
  #rows;
  #visible = [];
  #folds;
  #details = new Map();
  #active;
  #found = new Set();

  /** `covered()` is how many pixels at the top of the window are hidden below what sticks there. */
  constructor(trace, view, covered) {
    this.#trace = trace;
    this.#view = view;
    this.#folds = new Folds(trace.nodes);
    this.covered = covered;
    this.element = el("div", {
      class: "rows",
      role: "treegrid",
      "aria-label": "Spans",
      "aria-colcount": 2,
    });
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.element.addEventListener("focusin", (event) => this.#focused(event));
    this.#active = trace.nodes[0];
    this.#rows = new RowWindow(
      this.element,
      (node) => this.#draw(node),
      (node, row) => this.#update(node, row),
    );
    this.#rows.keep(this.#active);
    view.onChange(() => this.#rows.refresh());
  }

  /** Called whenever another row may have become the active one. */
  onActive = () => {};

  /** Once it is in the document. */
  start() {
    this.#showVisible();
  }

  get active() {
    return this.#active;
  }

  /** Makes the row the active one, opens what is above it, scrolls to it and gives it the focus. */
  go(node, { focus = true } = {}) {
    const wasHidden = this.#folds.reveal(node);
    this.#active = node;
    this.#rows.keep(node);
    if (wasHidden) this.#showVisible();
    else this.#rows.refresh();
    this.#rows.scrollTo(node, this.covered());
    if (focus) this.#rows.elementOf(node)?.focus({ preventScroll: true });
    this.onActive();
  }

  /** Moves by that many visible rows. */
  step(by) {
    const hasFocus = this.element.contains(document.activeElement);
    if (!hasFocus) return this.go(this.#rows.firstSeen(this.covered()));
    const position = this.#rows.positionOf(this.#active) + by;
    return this.go(this.#visible[Math.min(Math.max(position, 0), this.#visible.length - 1)]);
  }

  page(direction) {
    const rows = Math.max(this.#rows.rowsPerPage(this.covered()) - 1, 1);
    this.step(direction * rows);
  }

  first() {
    this.go(this.#visible[0]);
  }

  last() {
    this.go(this.#visible.at(-1));
  }

  /** To the right: opens the row, or goes on to what is below it. */
  inward() {
    const node = this.#active;
    if (this.#folds.has(node)) this.toggle(node);
    else if (node.children.length > 0) this.go(node.children[0]);
  }

  /** To the left: closes the row, or goes on to its parent. */
  outward() {
    const node = this.#active;
    if (node.children.length > 0 && !this.#folds.has(node)) this.toggle(node);
    else if (node.parent) this.go(node.parent);
  }

  toggle(node) {
    this.fold((folds) => folds.toggle(node));
  }

  /** Changes what is folded. The active row, or what is shown in its place, stays where it is in the window. */
  fold(change) {
    const before = this.#rows.topOf(this.#active);
    change(this.#folds);
    this.#showVisible();
    const isSeen = before > 0 && before < window.innerHeight;
    if (isSeen) this.#rows.scrollBy(this.#rows.topOf(this.#active) - before);
  }

  isOpen(node) {
    return this.#details.has(node);
  }

  /** Shows or hides what the span holds. */
  toggleDetail(node) {
    const before = this.#details.get(node);
    if (before) {
      this.#details.delete(node);
      this.#rows.unwatch(node, before);
      this.#rows.refresh();
      return;
    }
    const detail = el("div", { class: "below", role: "gridcell" }, showDetail(this.#trace, node));
    this.#details.set(node, detail);
    // It has a height only when it is in the page.
    this.#rows.refresh();
    this.#rows.watch(node, detail);
    this.#rows.refresh();
    this.#rows.scrollToBelow(node, this.covered());
  }

  /** Marks the rows of these spans. */
  mark(found) {
    this.#found = new Set(found);
    this.#rows.refresh();
  }

  /** The span after (or before) the active one for which that holds, in the order of the tree; it goes round. */
  next(nodes, direction) {
    if (nodes.length === 0) return null;
    const at = this.#active.index;
    return direction > 0
      ? (nodes.find((node) => node.index > at) ?? nodes[0])
      : (nodes.findLast((node) => node.index < at) ?? nodes.at(-1));
  }

  #showVisible() {
    this.#visible = this.#folds.visible();
    const hadFocus = this.element.contains(document.activeElement);
    const shown = this.#folds.standIn(this.#active);
    const moved = shown !== this.#active;
    this.#active = shown;
    this.element.setAttribute("aria-rowcount", String(this.#visible.length));
    this.#rows.keep(shown);
    this.#rows.show(this.#visible);
    if (moved && hadFocus) this.go(shown);
    else if (moved) this.onActive();
  }

  #draw(node) {
    const row = drawRow(this.#trace, node);
    const detail = this.#details.get(node);
    if (detail) row.append(detail);
    return row;
  }

  #update(node, row) {
    const collapsed = this.#folds.has(node);
    const isActive = node === this.#active;
    row.tabIndex = isActive ? 0 : -1;
    row.classList.toggle("active", isActive);
    row.classList.toggle("found", this.#found.has(node));
    row.setAttribute("aria-selected", String(isActive));
    row.setAttribute("aria-rowindex", String(this.#rows.positionOf(node) + 1));
    if (node.children.length > 0) {
      row.setAttribute("aria-expanded", String(!collapsed));
      row.classList.toggle("collapsed", collapsed);
      const toggle = row.querySelector(".toggle");
      toggle.textContent = collapsed ? String(node.end - node.index - 1) : "";
      toggle.title = collapsed ? `Expand ${count(node.end - node.index - 1, "span")}` : "Collapse";
      toggle.setAttribute("aria-label", toggle.title);
    }
    const detail = this.#details.get(node);
    const shown = row.querySelector(":scope > .below");
    if (detail && shown !== detail) row.append(detail);
    if (!detail) shown?.remove();
    row.classList.toggle("open", Boolean(detail));
    placeBar(this.#trace, node, row, this.#view);
  }

  #clicked(event) {
    const row = event.target.closest(".row");
    if (!row || event.target.closest(".below")) return;
    const node = this.#trace.nodes[Number(row.id.slice("span-".length))];
    this.go(node);
    if (event.target.closest("button.toggle")) this.toggle(node);
    else this.toggleDetail(node);
  }

  #focused(event) {
    const row = event.target.closest(".row");
    const node = row && this.#trace.nodes[Number(row.id.slice("span-".length))];
    if (!node || node === this.#active) return;
    this.#active = node;
    this.#rows.keep(node);
    this.#rows.refresh();
    this.onActive();
  }
}
