// The form that asks for traces.

import { getJson } from "./api.js";
import { el } from "./dom.js";
import { LOOKBACKS } from "./search-address.js";

export class SearchForm {
  #inputs;
  #times;

  /** `search` is called when somebody asks for traces. */
  constructor(fields, search) {
    const text = (name, placeholder) =>
      el("input", { name, placeholder, value: fields[name], autocomplete: "off", spellcheck: "false" });
    const time = (name) => el("input", { name, type: "datetime-local", step: 1, value: fields[name] });
    const lookbacks = LOOKBACKS.map(([value, title]) => [value, title]);
    if (!lookbacks.some(([value]) => value === fields.lookback))
      lookbacks.unshift([fields.lookback, `Last ${fields.lookback}`]);
    this.#inputs = {
      service: el("select", { name: "service" }),
      operation: el("select", { name: "operation" }),
      tags: text("tags", "error=true http.status_code=500"),
      lookback: select("lookback", lookbacks, fields.lookback),
      from: time("from"),
      to: time("to"),
      minDuration: text("minDuration", "100ms"),
      maxDuration: text("maxDuration", "1.2s"),
      limit: el("input", { name: "limit", type: "number", min: 1, value: fields.limit }),
    };
    const { service, lookback } = this.#inputs;
    this.#times = el("div", { class: "times-chosen" }, this.#field("From", "from"), this.#field("To", "to"));
    const showTimes = () => {
      this.#times.hidden = lookback.value !== "custom";
    };
    lookback.addEventListener("change", showTimes);
    service.addEventListener("change", () => this.loadOperations("").catch(() => {}));
    showTimes();
    this.stats = el("p", { class: "hint" });
    this.element = el(
      "form",
      { class: "search" },
      el("h1", {}, "Find traces"),
      this.#field("Service", "service"),
      this.#field("Operation", "operation"),
      this.#field(
        "Tags",
        "tags",
        "key=value pairs, all in one span: its tags, its process's, its logs. Quotes keep blanks together.",
      ),
      this.#field("Lookback", "lookback"),
      this.#field("Limit", "limit"),
      this.#times,
      el(
        "div",
        { class: "pair" },
        this.#field("Min duration", "minDuration"),
        this.#field("Max duration", "maxDuration"),
      ),
      el("button", { class: "primary", type: "submit" }, "Find traces"),
      this.stats,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      search();
    });
  }

  /** What the form says, as texts. */
  get fields() {
    return Object.fromEntries(Object.entries(this.#inputs).map(([name, input]) => [name, input.value]));
  }

  set(name, value) {
    this.#inputs[name].value = value;
    this.#inputs[name].dispatchEvent(new Event("change"));
  }

  /** Fills the list of services, and chooses one: the wanted one, even if it is not known, or the first. */
  async loadServices(wanted) {
    const names = (await getJson("/api/services")).data ?? [];
    if (wanted && !names.includes(wanted)) names.push(wanted);
    this.#inputs.service.replaceChildren(...names.map((name) => option(name, name, name === wanted)));
  }

  async loadOperations(wanted) {
    const service = this.#inputs.service.value;
    const names = service
      ? ((await getJson(`/api/services/${encodeURIComponent(service)}/operations`)).data ?? [])
      : [];
    // Another one may have been chosen meanwhile.
    if (this.#inputs.service.value !== service) return;
    const all = option("", "all", !wanted);
    // In links made for Jaeger's page "all" is no name, unless there is one.
    if (wanted && wanted !== "all" && !names.includes(wanted)) names.push(wanted);
    this.#inputs.operation.replaceChildren(
      all,
      ...names.map((name) => option(name, name || "(no operation name)", name === wanted)),
    );
  }

  #field(title, name, hint) {
    return el("label", { class: hint && "wide" }, title, this.#inputs[name], hint && el("small", {}, hint));
  }
}

function select(name, choices, chosen) {
  return el(
    "select",
    { name },
    choices.map(([value, title]) => option(value, title, value === chosen)),
  );
}

function option(value, text, selected) {
  return el("option", { value, selected }, text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
