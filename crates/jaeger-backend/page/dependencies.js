// Which service calls which, as a picture and as a table.

import { getJson } from "./api.js";
import { coloursOf } from "./colours.js";
import { button, el, name } from "./dom.js";
import { count } from "./format.js";
import { layOut } from "./graph-layout.js";
import { drawGraph } from "./graph-picture.js";
import { searchFor } from "./search-address.js";

const LEAST_READABLE = 0.7;

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
      calls.length > 0
        ? picture(layOut([...called], calls), colours)
        : el("p", { class: "message" }, "No service calls another one."),
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
}

/** The graph in a window of its own: as large as fits, if that can still be read. */
function picture(graph, colours) {
  const drawn = drawGraph(graph, colours);
  const window = el(
    "div",
    { class: "picture", tabindex: 0, role: "group", "aria-label": "Graph of the services" },
    drawn,
  );
  let scale = 1;
  const show = (wanted) => {
    scale = Math.min(Math.max(wanted, 0.2), 2);
    drawn.setAttribute("width", graph.width * scale);
    drawn.setAttribute("height", graph.height * scale);
    window.scrollTop = (window.scrollHeight - window.clientHeight) / 2;
  };
  const fitting = () => Math.min(window.clientWidth / graph.width, 1);
  // Only in the document it has a width.
  requestAnimationFrame(() => show(Math.max(fitting(), LEAST_READABLE)));
  const tool = (text, title, act) => button(text, { title, "aria-label": title }, act);
  return el(
    "section",
    {},
    window,
    el(
      "p",
      { class: "zoom" },
      tool("−", "Smaller", () => show(scale / 1.25)),
      tool("+", "Larger", () => show(scale * 1.25)),
      tool("Fit", "All of it", () => show(fitting())),
    ),
  );
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
