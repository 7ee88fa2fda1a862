// The search form and the list of found traces. The address holds the search, so that it can be shared.

import { count, el, getJson, styled } from "./dom.js";
import { age, bytes, dateTime, duration, shortId } from "./format.js";
import { readTrace } from "./model.js";

const ORDERS = {
  recent: ["Most recent", (a, b) => b.start - a.start],
  longest: ["Longest first", (a, b) => b.duration - a.duration],
  shortest: ["Shortest first", (a, b) => a.duration - b.duration],
  spans: ["Most spans", (a, b) => b.nodes.length - a.nodes.length],
};

export async function showSearch(main) {
  document.title = "Traces";
  const query = new URLSearchParams(location.search);
  const fields = formFields(query);
  const results = el("section", { class: "results", "aria-live": "polite" });
  const stats = el("p", { class: "stats" });
  const form = el("form", { class: "search", onsubmit: (event) => submit(event, fields, results, stats) }, [
    el("h1", {}, "Find traces"),
    Object.values(fields).map(({ label, input, hint }) =>
      el("label", {}, label, input, hint && el("small", {}, hint))),
    el("button", { class: "primary", type: "submit" }, "Find traces"),
    stats,
  ]);
  main.replaceChildren(el("div", { class: "finder" }, form, results));
  fields.service.input.addEventListener("change", () => loadOperations(fields, ""));
  try {
    await loadServices(fields, query);
    if (fields.service.input.value) await find(fields, results);
    else results.replaceChildren(nothingYet(() => showSearch(main)));
    await showStats(stats);
  } catch (error) {
    results.replaceChildren(problem(error));
  }
}

function formFields(query) {
  const text = (name, label, placeholder, hint) => {
    const value = name === "tags" ? tagsFromAddress(query) : query.get(name) ?? "";
    return { label, hint, input: el("input", { name, placeholder, value, autocomplete: "off", spellcheck: "false" }) };
  };
  return {
    service: { label: "Service", input: el("select", { name: "service" }) },
    operation: { label: "Operation", input: el("select", { name: "operation" }) },
    tags: text("tags", "Tags", "error=true http.status_code=500", "key=value pairs; tags, process tags and log fields"),
    minDuration: text("minDuration", "Min duration", "1.2s, 100ms, 500us"),
    maxDuration: text("maxDuration", "Max duration", "1.2s, 100ms, 500us"),
    limit: {
      label: "Limit",
      input: el("input", { name: "limit", type: "number", min: 1, value: query.get("limit") ?? 20 }),
    },
  };
}

async function loadServices(fields, query) {
  const names = (await getJson("/api/services")).data ?? [];
  const wanted = query.get("service");
  if (wanted && !names.includes(wanted)) names.push(wanted);
  fields.service.input.replaceChildren(...names.map((name) => option(name, name, name === wanted)));
  await loadOperations(fields, query.get("operation"));
}

async function loadOperations(fields, wanted) {
  const service = fields.service.input.value;
  const path = `/api/services/${encodeURIComponent(service)}/operations`;
  const names = service ? (await getJson(path)).data ?? [] : [];
  const options = names.map((name) => option(name, name, name === wanted));
  fields.operation.input.replaceChildren(option("", "all", !wanted), ...options);
}

function option(value, text, selected) {
  return el("option", { value, selected }, text);
}

async function submit(event, fields, results, stats) {
  event.preventDefault();
  const address = new URLSearchParams();
  for (const [name, { input }] of Object.entries(fields)) if (input.value) address.set(name, input.value);
  history.pushState(null, "", `/search?${address}`);
  try {
    await find(fields, results);
    await showStats(stats);
  } catch (error) {
    results.replaceChildren(problem(error));
  }
}

async function find(fields, results) {
  const query = new URLSearchParams();
  for (const name of ["service", "operation", "minDuration", "maxDuration", "limit"]) {
    const value = fields[name].input.value.trim();
    if (value) query.set(name, value);
  }
  const tags = parseTags(fields.tags.input.value);
  if (Object.keys(tags).length > 0) query.set("tags", JSON.stringify(tags));
  const traces = ((await getJson(`/api/traces?${query}`)).data ?? []).map(readTrace);
  showResults(results, traces, "recent");
}

/** `key=value` pairs; a value with spaces stands in double quotes. A JSON object is taken as it is. */
function parseTags(text) {
  if (text.trim().startsWith("{")) {
    const pairs = Object.entries(JSON.parse(text));
    return Object.fromEntries(pairs.map(([key, value]) => [key, String(value)]));
  }
  const pairs = {};
  for (const [, key, quoted, plain] of text.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S*))/g)) pairs[key] = quoted ?? plain;
  const rest = text.replace(/([^\s=]+)=(?:"([^"]*)"|(\S*))/g, "").trim();
  if (rest) throw new Error(`Tags are written key=value, but found “${rest}”`);
  return pairs;
}

/** Links made for Jaeger's own page carry tags as JSON. */
function tagsFromAddress(query) {
  return query.get("tags") ?? query.getAll("tag").map((tag) => tag.replace(":", "=")).join(" ");
}

function showResults(results, traces, order) {
  const select = el("select", { "aria-label": "Order", onchange: () => showResults(results, traces, select.value) },
    Object.entries(ORDERS).map(([key, [text]]) => option(key, text, key === order)));
  const longest = traces.reduce((most, trace) => Math.max(most, trace.duration), 1);
  const items = traces.toSorted(ORDERS[order][1]).map((trace) => result(trace, longest));
  const head = el("header", {}, el("h2", {}, count(traces.length, "trace")), traces.length > 1 && select);
  const none = el("div", { class: "message" }, el("h3", {}, "No trace matches"),
    el("p", {}, "All criteria must hold for one span. Fewer of them may find more."));
  results.replaceChildren(head, traces.length > 0 ? el("ol", {}, items) : none);
}

function result(trace, longest) {
  const { root } = trace;
  const share = styled(el("span", { class: `share paint-${root.colour}` }), { width: `${(100 * trace.duration) / longest}%` });
  const services = [...trace.services].map(([name, { colour, spans }]) =>
    el("li", { class: `pill paint-${colour}` }, `${name} `, el("b", {}, String(spans))));
  return el("li", { class: "result" }, el("a", { href: `/trace/${trace.id}` },
    el("span", { class: "title" }, share,
      el("b", {}, root.service), el("span", { class: "operation" }, root.operation), el("code", {}, shortId(trace.id)),
      el("span", { class: "took" }, duration(trace.duration))),
    el("span", { class: "facts" },
      el("span", {}, count(trace.nodes.length, "span")),
      trace.errors > 0 && el("span", { class: "errors" }, count(trace.errors, "error")),
      el("ul", {}, services),
      el("time", { title: dateTime(trace.start) }, age(trace.start)))));
}

async function showStats(element) {
  const stats = await getJson("/api/stats");
  const lost = [
    [stats.evictedTraces, "traces evicted"],
    [stats.droppedSpans, "spans dropped"],
    [stats.refusedBodies, "requests refused"],
    [stats.badPackets, "bad packets"],
  ].filter(([number]) => number > 0).map(([number, what]) => `${number.toLocaleString()} ${what}`);
  const memory = `${bytes(stats.keptBytes)} of ${bytes(stats.maxBytes)}`;
  element.replaceChildren([`${count(stats.keptTraces, "trace")} in memory (${memory})`, ...lost].join(" · "));
}

function nothingYet(retry) {
  return el("div", { class: "message" }, el("h3", {}, "No spans yet"),
    el("p", {}, "Send some to the collector or the agent, at the addresses this program printed when it started: ",
      el("code", {}, "POST /api/traces"), " on port 14268 or UDP on port 6831, unless changed."),
    el("button", { type: "button", onclick: retry }, "Look again"));
}

function problem(error) {
  return el("div", { class: "message bad", role: "alert" }, el("h3", {}, "That did not work"), el("p", {}, error.message));
}
