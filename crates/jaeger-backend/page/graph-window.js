// The graph in a window of its own, to be made smaller and larger.

import { button, el } from "./dom.js";
import { drawGraph } from "./graph-picture.js";

/** At first it is as large as fits, but not smaller than that. */
const LEAST_READABLE = 0.7;
const LEAST = 0.2;
const MOST = 2;
const STEP = 1.25;

/** `settle` gives it its first size, as soon as it is in the document: only there it has a width. */
export function graphWindow(graph, colours) {
  const picture = drawGraph(graph, colours);
  const attributes = { class: "picture", tabindex: 0, role: "group", "aria-label": "Graph of the services" };
  const frame = el("div", attributes, picture);
  let scale = 1;
  const show = (wanted) => {
    scale = Math.min(Math.max(wanted, LEAST), MOST);
    picture.setAttribute("width", graph.width * scale);
    picture.setAttribute("height", graph.height * scale);
    frame.scrollTop = (frame.scrollHeight - frame.clientHeight) / 2;
  };
  const fitting = () => Math.min(frame.clientWidth / graph.width, 1);
  const tool = (text, title, act) => button(text, { title, "aria-label": title }, act);
  const smaller = tool("−", "Smaller", () => show(scale / STEP));
  const larger = tool("+", "Larger", () => show(scale * STEP));
  const fit = tool("Fit", "All of it", () => show(fitting()));
  return {
    element: el("section", {}, frame, el("p", { class: "zoom" }, smaller, larger, fit)),
    settle: () => show(Math.max(fitting(), LEAST_READABLE)),
  };
}
