// Which service calls which, as a picture and as a table.

import { getJson } from "./api.js";
import { coloursOf } from "./colours.js";
import { button, el, name } from "./dom.js";
import { count } from "./format.js";
import { layOut } from "./graph-layout.js";
import { graphWindow } from "./graph-window.js";
import { searchFor } from "./search-address.js";

export async function showDependencies(main) {
  document.title = "Dependencies";
  main.replaceChildren(el("p", { class: "message", role: "status" }, "Counting calls …"));
  try {
    const [services, calls] = await Promise.all([getJson("/api/services"), getJson("/api/dependencies")]);
    render(main, services.data ?? [], calls.data ?? []);
  } catch (error) {
    main.replaceChildren(
      el(
        "div",
        { class: "message bad", role: "alert" },
        el("h1", {}, "The dependencies cannot be shown"),
        el("p", {}, error.message),
        button("Try again", {}, () => showDependencies(main)),
      ),
    );
  }
}

function render(main, services, calls) {
  const names = [...new Set([...services, ...calls.flatMap(({ parent, child }) => [parent, child])])].sort();
  if (names.length === 0) {
    main.replaceChildren(
      el(
        "div",
        { class: "message" },
        el("h1", {}, "No services yet"),
        el("p", {}, "As soon as spans arrive, the services that sent them are here, and who calls whom."),
        button("Look again", { class: "primary" }, () => showDependencies(main)),
      ),
    );
    return;
  }
  const colours = coloursOf(names);
  const called = new Set(calls.flatMap(({ parent, child }) => [parent, child]));
  const alone = names.filter((service) => !called.has(service));
  const graph = calls.length > 0 ? graphWindow(layOut([...called], calls), colours) : null;
  main.replaceChildren(
    el(
      "div",
      { class: "dependencies" },
      el("h1", {}, "Dependencies"),
      el(
        "p",
        { class: "hint" },
        `${count(names.length, "service")}, ${count(calls.length, "connection")}. `,
        "A number says how many spans were made on a call, in all traces in memory. Choose a service to find its traces.",
      ),
      graph?.element ?? el("p", { class: "message" }, "No service calls another one."),
      alone.length > 0 &&
        el(
          "section",
          {},
          el("h2", {}, "On their own"),
          el(
            "ul",
            { class: "alone" },
            alone.map((service) => link(service, colours)),
          ),
        ),
      calls.length > 0 && table(calls, colours),
    ),
  );
  graph?.settle();
}

function link(service, colours) {
  return el(
    "li",
    {},
    el("a", { class: `pill paint-${colours.get(service)}`, href: searchFor(service) }, name(service)),
  );
}

function table(calls, colours) {
  const cell = (service) =>
    el(
      "td",
      {},
      el("a", { class: `pill paint-${colours.get(service)}`, href: searchFor(service) }, name(service)),
    );
  const sorted = calls.toSorted((a, b) => b.callCount - a.callCount);
  return el(
    "table",
    { class: "calls" },
    el("caption", {}, "The same as a table, most calls first"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ["Caller", "Called", "Calls"].map((title) => el("th", { scope: "col" }, title)),
      ),
    ),
    el(
      "tbody",
      {},
      sorted.map(({ parent, child, callCount }) =>
        el("tr", {}, cell(parent), cell(child), el("td", { class: "number" }, callCount.toLocaleString())),
      ),
    ),
  );
}
