// Which spans of a trace are folded, so that what is below them is not shown.

export class Folds {
  #nodes;
  #folded = new Set();

  constructor(nodes) {
    this.#nodes = nodes;
  }

  has(node) {
    return this.#folded.has(node);
  }

  toggle(node) {
    if (!this.#folded.delete(node)) this.#folded.add(node);
  }

  /** What is shown, in the order of the tree. */
  visible() {
    const visible = [];
    for (let at = 0; at < this.#nodes.length; at = this.has(this.#nodes[at]) ? this.#nodes[at].end : at + 1) {
      visible.push(this.#nodes[at]);
    }
    return visible;
  }

  /** The node itself, or what is shown in its place: the outermost folded one above it. */
  standIn(node) {
    let shown = node;
    for (let above = node.parent; above; above = above.parent) if (this.has(above)) shown = above;
    return shown;
  }

  /** Unfolds what is above the node; whether that was needed. */
  reveal(node) {
    let wasHidden = false;
    for (let above = node.parent; above; above = above.parent)
      wasHidden = this.#folded.delete(above) || wasHidden;
    return wasHidden;
  }

  expandAll() {
    this.#folded.clear();
  }

  collapseAll() {
    for (const node of this.#nodes) if (node.children.length > 0) this.#folded.add(node);
  }

  /** Unfolds the outermost level that is folded. */
  expandLevel() {
    const folded = this.visible().filter((node) => this.has(node));
    const level = folded.reduce((least, node) => Math.min(least, node.depth), Infinity);
    for (const node of folded) if (node.depth === level) this.#folded.delete(node);
  }

  /** Folds the innermost level that is not. */
  collapseLevel() {
    const open = this.visible().filter((node) => node.children.length > 0 && !this.has(node));
    const level = open.reduce((most, node) => Math.max(most, node.depth), -1);
    for (const node of open) if (node.depth === level) this.#folded.add(node);
  }
}
