// The page that finds traces. The address holds the search, so that it can be shared.

import { getJson } from "./api.js";
import { button, el } from "./dom.js";
import { bytes, count } from "./format.js";
import { Results } from "./results.js";
import { apiQuery, readAddress, secondsOf, writeAddress } from "./search-address.js";
import { SearchForm } from "./search-form.js";
import { readTrace } from "./trace-tree.js";

/** How often a live list asks again, in milliseconds. */
const LIVE_PAUSE = 2000;

let live = null;

export async function showSearch(main) {
  clearTimeout(live);
  document.title = "Traces";
  const fields = readAddress(new URLSearchParams(location.search));
  const page = {
    // What was searched for; the form may have more by now.
    fields,
    // Of the newest search: what an older one finds is not shown.
    turn: 0,
    results: el("section", { class: "results", "aria-label": "Results" }),
    told: el("p", { class: "unseen", "aria-live": "polite" }),
  };
  page.form = new SearchForm(fields, () => submit(page));
  page.list = new Results();
  page.results.append(looking());
  main.replaceChildren(el("div", { class: "finder" }, page.form.element, page.results), page.told);
  await attempt(
    page,
    async () => {
      await page.form.loadServices(fields.service);
      await page.form.loadOperations(fields.operation);
      page.fields = page.form.fields;
      if (page.fields.service) await find(page);
      else page.results.replaceChildren(nothingYet(() => showSearch(main)));
    },
    () => showSearch(main),
  );
  lookAgain(page);
}

/** Asks again and again while the list is live, each time a pause after the last answer. */
function lookAgain(page) {
  clearTimeout(live);
  live = setTimeout(async () => {
    const timer = live;
    if (page.list.isLive && !document.hidden) await attempt(page, () => find(page, true));
    // Another page, or another search, has its own.
    if (live === timer) lookAgain(page);
  }, LIVE_PAUSE);
}

async function submit(page) {
  await attempt(page, async () => {
    page.fields = page.form.fields;
    history.pushState(null, "", `/search?${writeAddress(page.fields)}`);
    await find(page);
  });
}

/** What goes wrong is said where the results would be. */
async function attempt(page, work, retry = () => attempt(page, () => find(page))) {
  const turn = ++page.turn;
  try {
    await work();
    showStats(page.form.stats, await getJson("/api/stats"));
  } catch (error) {
    if (turn === page.turn) page.results.replaceChildren(problem(error, retry));
  }
}

async function find(page, quietly = false) {
  if (!quietly) page.results.replaceChildren(looking());
  const { fields, turn } = page;
  const answer = await getJson(`/api/traces?${apiQuery(fields)}`);
  if (turn !== page.turn) return;
  const traces = (answer.data ?? []).filter((trace) => trace.spans.length > 0).map(readTrace);
  if (quietly && page.list.shows(traces)) return;
  page.told.textContent = `${count(traces.length, "trace")} found`;
  if (traces.length === 0 && !quietly) page.results.replaceChildren(noMatch(page, fields));
  else page.results.replaceChildren(page.list.show(traces, Number(fields.limit)));
}

const looking = () => el("p", { class: "message", role: "status" }, "Looking for traces …");

function noMatch(page, fields) {
  const isBounded = fields.lookback === "custom" || secondsOf(fields.lookback) !== null;
  const everywhere = button("Search all times", { class: "primary" }, () => {
    page.form.set("lookback", "all");
    submit(page);
  });
  return el(
    "div",
    { class: "message" },
    el("h3", {}, "No trace matches"),
    el("p", {}, "All that is asked for must hold for one and the same span. Asking for less may find more."),
    isBounded && el("p", {}, "What lies outside of the lookback is not shown."),
    el(
      "p",
      { class: "choices" },
      isBounded && everywhere,
      button("Look again", {}, () => attempt(page, () => find(page))),
    ),
  );
}

function nothingYet(retry) {
  return el(
    "div",
    { class: "message" },
    el("h3", {}, "No spans yet"),
    el(
      "p",
      {},
      "Send some to the collector or the agent, at the addresses this program printed when it started: ",
      el("code", {}, "POST /api/traces"),
      " on port 14268 or UDP on port 6831, unless changed.",
    ),
    button("Look again", { class: "primary" }, retry),
  );
}

function problem(error, retry) {
  const title =
    error.status === 400
      ? "This search is not understood"
      : error.status
        ? "That did not work"
        : "Nobody answers";
  return el(
    "div",
    { class: "message bad", role: "alert" },
    el("h3", {}, title),
    el("p", {}, error.message),
    button("Try again", {}, retry),
  );
}

function showStats(element, stats) {
  const lost = [
    [stats.evictedTraces, "traces evicted"],
    [stats.droppedSpans, "spans dropped"],
    [stats.refusedBodies, "requests refused"],
    [stats.badPackets, "bad packets"],
  ]
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number.toLocaleString()} ${what}`);
  const memory = `${bytes(stats.keptBytes)} of ${bytes(stats.maxBytes)}`;
  element.replaceChildren([`${count(stats.keptTraces, "trace")} in memory (${memory})`, ...lost].join(" · "));
}
