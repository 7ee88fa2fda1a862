// The page of one trace: asks for it, and says why if it cannot be shown.

import { getJson } from "./api.js";
import { button, el } from "./dom.js";
import { shortId } from "./format.js";
import { readTrace } from "./trace-tree.js";
import { viewTrace } from "./trace-view.js";

export async function showTrace(main, id) {
  document.title = `Trace ${shortId(id)}`;
  main.replaceChildren(el("p", { class: "message", role: "status" }, "Loading the trace …"));
  try {
    const answer = await getJson(`/api/traces/${encodeURIComponent(id)}`);
    const trace = readTrace(answer.data[0]);
    document.title =
      `${trace.root.service}: ${trace.root.operation}`.slice(0, 200) + ` – ${shortId(trace.id)}`;
    viewTrace(main, trace);
  } catch (error) {
    main.replaceChildren(missing(error, id, () => showTrace(main, id)));
  }
}

function missing(error, id, retry) {
  const again = button("Look again", { class: "primary" }, retry);
  if (error.status === 400) {
    return el(
      "div",
      { class: "message" },
      el("h1", {}, "This is not a trace id"),
      el("p", {}, el("code", {}, id)),
      el("p", {}, "A trace id has 1 to 32 hexadecimal digits."),
      el("p", {}, el("code", {}, error.message)),
    );
  }
  if (error.status !== 404) {
    return el(
      "div",
      { class: "message bad", role: "alert" },
      el("h1", {}, "This trace cannot be shown"),
      el("p", {}, error.message),
      again,
    );
  }
  return el(
    "div",
    { class: "message" },
    el("h1", {}, "Trace not found"),
    el("p", {}, el("code", {}, id)),
    el("p", {}, "There may be a good reason:"),
    el(
      "ul",
      {},
      el("li", {}, "It has not arrived yet: clients send spans in batches, often once per second."),
      el("li", {}, "It was not sampled: a client sends only traces that its sampler chose."),
      el(
        "li",
        {},
        "It was evicted: this memory is bounded, and the oldest trace leaves first. It also ends with the program.",
      ),
      el("li", {}, "It went elsewhere: the client may report to another address."),
    ),
    again,
  );
}
