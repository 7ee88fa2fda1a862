// The field that finds spans in the trace, and the way from one to the next.

import { button, el } from "./dom.js";
import { find } from "./find.js";

export class FindBar {
  #trace;
  #timeline;
  #found = [];
  #input = el("input", {
    type: "search",
    placeholder: "Find word, key=value, id",
    "aria-label": "Find in this trace",
    title: "Every word must be found. key=value asks for a tag, -word for spans without it.",
    autocomplete: "off",
    spellcheck: "false",
  });
  #told = el("output", { class: "told", "aria-live": "polite" });

  constructor(trace, timeline) {
    this.#trace = trace;
    this.#timeline = timeline;
    timeline.onActive = () => this.#tell();
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.go(event.shiftKey ? -1 : 1, { focus: false });
      if (event.key === "Escape") this.leave();
    });
    const tool = (text, title, by) => button(text, { title, "aria-label": title }, () => this.go(by));
    this.element = el(
      "div",
      { class: "find", role: "search" },
      this.#input,
      this.#told,
      tool("↑", "Previous match ( N )", -1),
      tool("↓", "Next match ( n )", 1),
    );
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  get hasFocus() {
    return document.activeElement === this.#input;
  }

  /** Looks for what the address asks for; whether it is the id of a span. */
  start(text) {
    this.#input.value = text;
    this.#look();
    const named = this.#found.find(({ span }) => span.spanID === text.toLowerCase().padStart(16, "0"));
    return named ?? this.#found[0] ?? null;
  }

  go(direction, { focus = true } = {}) {
    const node = this.#timeline.next(this.#found, direction);
    if (node) this.#timeline.go(node, { focus });
  }

  clear() {
    this.#input.value = "";
    this.#changed();
  }

  leave() {
    this.clear();
    this.#timeline.go(this.#timeline.active);
  }

  get isEmpty() {
    return this.#input.value === "";
  }

  #changed() {
    this.#look();
    const { active } = this.#timeline;
    const node = this.#found.includes(active) ? active : this.#timeline.next(this.#found, 1);
    if (node) this.#timeline.go(node, { focus: false });
    const address = new URL(location.href);
    if (this.#input.value) address.searchParams.set("uiFind", this.#input.value);
    else address.searchParams.delete("uiFind");
    history.replaceState(history.state, "", address);
  }

  #look() {
    this.#found = find(this.#trace, this.#input.value);
    this.#timeline.mark(this.#found);
    this.#tell();
  }

  #tell() {
    const at = this.#found.indexOf(this.#timeline.active) + 1;
    const place = at > 0 ? `${at.toLocaleString()} of ` : "";
    this.#told.textContent = this.isEmpty
      ? ""
      : this.#found.length > 0
        ? `${place}${this.#found.length.toLocaleString()}`
        : "none";
    this.#told.classList.toggle("none", !this.isEmpty && this.#found.length === 0);
  }
}
