// The timeline: which rows are drawn, the tree, the zoom.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

/** The most rows that may be in the page, wherever it is scrolled to. */
const MOST_ROWS = 300;

const rowCount = () => document.querySelectorAll("[role=row]").length;
const bar = (page, span) =>
  page.evaluate((span) => {
    const { left, width } = document.querySelector(`[data-span="${span}"] .bar`).getBoundingClientRect();
    const lane = document.querySelector(".scale").getBoundingClientRect();
    return { left: (left - lane.left) / lane.width, width: width / lane.width };
  }, span);

check("the head says what the trace is", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const head = await page.text(".head");
  assert.match(head, /^frontend: HTTP GET \/dispatch 1234567 /);
  assert.match(
    head,
    /Start .* 2\d{3}, \d\d:\d\d:\d\d\.\d{3} Duration [67]\d\dms Services 6 Depth 5 Spans 51 Errors 3/,
  );
  assert.deepEqual((await page.texts(".legend li")).map((text) => text.split(" ")[0]).sort(), [
    "customer",
    "driver",
    "frontend",
    "mysql",
    "redis",
    "route",
  ]);
  assert.match(await page.evaluate(() => document.title), /^frontend: HTTP GET \/dispatch – 1234567$/);
});

check("rows are the tree, with errors, logs, durations and named peers", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const rows = await page.rows();
  assert.equal(rows[0], "frontend HTTP GET /dispatch");
  assert.equal(rows[1], "frontend HTTP GET: /customer");
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll(".row")].slice(0, 5).map((row) => row.ariaLevel),
  );
  assert.deepEqual(levels.slice(0, 3), ["1", "2", "3"]);
  assert.equal(
    (await page.texts(".row")).filter((text) => text.startsWith("! ") || / ! /.test(text)).length,
    3,
    "errors are marked",
  );
  assert.ok(await page.evaluate(() => document.querySelectorAll(".log-mark").length > 10));
  assert.match((await page.texts(".row"))[0], /[67]\d\dms/);
});

check("a client whose server sent no span is named by its peer", async (page) => {
  await page.goto(`/trace/${given.peer}`);
  assert.deepEqual(await page.rows(), ["web GET /", "web → ledger append", "web → queue publish"]);
});

check("10,000 spans: few rows at any place, and every span is reached", async (page) => {
  await page.goto(`/trace/${given.large}`);
  const { seen, most, height } = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const seen = new Set();
    let most = 0;
    const step = window.innerHeight * 0.7;
    for (let y = 0; y <= document.documentElement.scrollHeight; y += step) {
      window.scrollTo(0, y);
      await frame();
      const rows = document.querySelectorAll("[role=row]");
      most = Math.max(most, rows.length);
      for (const row of rows) {
        const { top, bottom } = row.getBoundingClientRect();
        if (bottom > 0 && top < window.innerHeight) seen.add(row.dataset.span);
      }
    }
    return { seen: seen.size, most, height: document.documentElement.scrollHeight };
  });
  assert.equal(seen, 10_000);
  assert.ok(most <= MOST_ROWS, `${most} rows`);
  assert.ok(height > 280_000);
  console.log(`rows in the page while all of ${seen} spans were scrolled through: at most ${most}`);
});

check("jumping about leaves no gap and no heap of rows", async (page) => {
  await page.goto(`/trace/${given.large}`);
  for (const share of [0.5, 0.999, 0.01, 0.73, 0.2]) {
    await page.evaluate((share) => window.scrollTo(0, share * document.documentElement.scrollHeight), share);
    await page.frame();
    const covered = await page.evaluate(() => {
      const rows = [...document.querySelectorAll("[role=row]")].map((row) => row.getBoundingClientRect());
      const inside = rows
        .filter(({ bottom, top }) => bottom > 0 && top < window.innerHeight)
        .sort((a, b) => a.top - b.top);
      return (
        inside.slice(1).every((row, at) => Math.abs(row.top - inside[at].bottom) < 1) && inside.length > 15
      );
    });
    assert.ok(covered, `at ${share}`);
    assert.ok((await page.evaluate(rowCount)) <= MOST_ROWS);
  }
});

check("the last of 10,000 spans by keyboard, by words, by its id and by a link", async (page) => {
  const isShown = (span) => {
    const row = document.querySelector(`[data-span="${span}"]`);
    const place = row?.getBoundingClientRect();
    const sticky = document.querySelector(".sticky").getBoundingClientRect();
    return Boolean(place) && place.top >= sticky.bottom - 1 && place.top < window.innerHeight;
  };
  const last = (10_000).toString(16).padStart(16, "0");
  await page.goto(`/trace/${given.large}`);
  await page.click(".row .label");
  await page.press("Enter");
  await page.press("End");
  const end = await page.evaluate(() => document.activeElement.dataset.span);
  assert.ok(await page.evaluate(isShown, end), "End shows the last row");
  assert.equal(await page.evaluate(() => document.activeElement.ariaRowIndex), "10000");
  await page.press("Home");
  assert.equal(await page.evaluate(() => document.activeElement.ariaRowIndex), "1");

  await page.press("/");
  await page.type('"step 10000"');
  assert.ok(await page.evaluate(isShown, last), "by words");
  assert.match(await page.text(".told"), /^1 of 1$/);
  await page.goto(`/trace/${given.large}`);
  await page.press("/");
  await page.type(last);
  assert.ok(await page.evaluate(isShown, last), "by id");

  for (const address of [`?uiFind=${last}`, `#${last}`, "?uiFind=2710"]) {
    await page.goto("/search");
    await page.goto(`/trace/${given.large}${address}`);
    assert.ok(await page.evaluate(isShown, last), address);
    assert.match(await page.text(".detail"), /step 10000 .*number 10000/, "the linked span is open");
    assert.ok((await page.evaluate(rowCount)) <= MOST_ROWS);
  }
});

check("10,000 levels can be seen, closed and opened", async (page) => {
  await page.goto(`/trace/${given.deep}`);
  assert.match(await page.text(".head"), /Depth 10,000 Spans 10,000/);
  await page.click(".row .label");
  await page.press("End");
  assert.match(
    await page.evaluate(() => document.activeElement.innerText),
    /10000 ?\s*recursive\s*level 10000/,
  );
  const label = await page.evaluate(
    () => document.activeElement.querySelector(".operation").getBoundingClientRect().width,
  );
  assert.ok(label > 40, "the name is not pushed out of its place");
  await page.press("[");
  assert.deepEqual(await page.rows(), ["recursive level 1"]);
  assert.equal(
    await page.evaluate(() => document.activeElement.innerText.includes("level 1")),
    true,
    "the focus is on what is left",
  );
  await page.press("p");
  assert.deepEqual(await page.rows(), ["recursive level 1", "recursive level 2"]);
  await page.press("]");
  assert.ok((await page.rows()).length > 20);
});

check("closing and opening: one, a level, all", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.click(".row button.toggle");
  assert.deepEqual(await page.rows(), ["frontend HTTP GET /dispatch"]);
  assert.equal(
    await page.evaluate(() => document.querySelector(".error-mark.below").title),
    "3 errors below",
  );
  assert.match(await page.text(".row .toggle"), /▸? ?50/, "how many are hidden");
  await page.click(".row button.toggle");
  assert.equal(await page.evaluate(() => document.querySelector("[role=treegrid]").ariaRowCount), "51");
  const all = (await page.texts(".row")).length;
  await page.click(".levels button", "‹");
  const left = await page.evaluate(() => document.querySelector("[role=treegrid]").ariaRowCount);
  assert.ok(left > 1 && left < 51, `the deepest level is closed: ${left}`);
  await page.click(".levels button", "«");
  assert.equal((await page.texts(".row")).length, 1);
  await page.click(".levels button", "›");
  const two = await page.rows();
  assert.ok(two.length > 1 && two.length < 51);
  await page.click(".levels button", "»");
  assert.equal((await page.texts(".row")).length, all);
});

check(
  "the active row stays where it is while levels above and below it are closed and opened",
  async (page) => {
    await page.goto(`/trace/${given.large}?uiFind=1388`);
    const active = () =>
      page.evaluate(() => {
        const row = document.querySelector(".row.active");
        return {
          name: row.querySelector(".operation").innerText,
          top: Math.round(row.getBoundingClientRect().top),
          focused: row === document.activeElement,
        };
      });
    const before = await active();
    await page.press("o");
    const parent = await active();
    assert.deepEqual(
      parent,
      { name: "step 715", top: before.top, focused: true },
      "what is shown in its place",
    );
    await page.press("p");
    assert.deepEqual(await active(), parent);
  },
);

check("zoom: buttons, keys, the ruler, the strip, the wheel", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const root = await page.evaluate(() => document.querySelector(".row").dataset.span);
  const ticks = () => page.texts(".tick");
  const whole = await ticks();
  assert.equal(whole[0], "0µs");
  assert.ok((await bar(page, root)).width > 0.95);
  await page.click(".zoom button", "+");
  assert.ok((await bar(page, root)).width > 1.2, "wider than its place");
  assert.notDeepEqual(await ticks(), whole);
  for (let step = 0; step < 8; step += 1) await page.press("+");
  const near = await ticks();
  assert.ok(near.length > 2 && new Set(near).size === near.length, `${near}`);
  await page.press("0");
  assert.deepEqual(await ticks(), whole);
  await page.drag(".scale", 0.25, 0.5);
  assert.ok((await bar(page, root)).left <= -0.4, "a quarter is shown");
  const sides = await page.evaluate(() =>
    [...document.querySelectorAll(".length")].map((label) => label.dataset.side),
  );
  assert.ok(sides.includes("ahead"), "spans out of sight say at which side they are");
  await page.press("0");
  await page.drag(".minimap", 0.5, 0.75);
  const dragged = await ticks();
  assert.notDeepEqual(dragged, whole);
  await page.press("d");
  assert.notDeepEqual(await ticks(), dragged, "later");
  await page.press("a");
  assert.deepEqual(await ticks(), dragged, "and back");
  await page.press("-");
  await page.press("-");
  assert.deepEqual(await ticks(), whole);
  const { x, y } = await page.placeOf(".scale");
  await page.mouse("mouseWheel", x, y, { deltaX: 0, deltaY: -100, modifiers: 2, button: "none" });
  await page.until(
    (whole) => [...document.querySelectorAll(".tick")].map((tick) => tick.innerText).join() !== whole.join(),
    whole,
  );
  await page.click(".zoom button", "All");
  assert.deepEqual(await ticks(), whole);
});

check("a trace that is no tree is shown, each span once", async (page) => {
  await page.goto(`/trace/${given.odd}`);
  const rows = (await page.texts(".row .operation")).sort();
  assert.deepEqual(rows, [
    "backwards",
    "cycle one",
    "cycle two",
    "early",
    "linked",
    "orphan",
    "own parent",
    "root",
    "second root",
    "twin one",
    "twin two",
  ]);
  assert.match(await page.text(".head"), /Spans 11 .*Incomplete a parent is missing/);
  assert.equal((await page.texts(".note-mark")).length >= 5, true);
  await page.press("]");
  await page.press("[");
  assert.deepEqual((await page.texts(".row .operation")).sort(), [
    "cycle one",
    "orphan",
    "own parent",
    "root",
    "second root",
  ]);
});

check("a trace without a root, from before 1970", async (page) => {
  await page.goto(`/trace/${given.loop}`);
  assert.match(
    await page.text(".head"),
    /^loop: tick 1009 .*Start Dec 31, 1969, 23:59:56\.000 Duration 1ms .* Spans 2/,
  );
  assert.deepEqual(await page.rows(), ["loop tick", "loop tock"]);
});

check("a trace of one span that took no time", async (page) => {
  await page.goto(`/trace/${given.instant}`);
  assert.match(
    await page.text(".head"),
    /instant: \(no operation name\) .* Duration 0µs Services 1 Depth 1 Spans 1 Errors none/,
  );
  await page.press("+");
  assert.equal((await page.texts(".row")).length, 1);
});

check("no trace, no id, no backend: each is said, and can be tried again", async (page) => {
  page.allow(/Failed to load resource/);
  await page.goto("/trace/abc");
  assert.match(await page.text(), /^Trace not found abc .*not sampled.*evicted/);
  await page.goto("/trace/nonsense");
  assert.match(await page.text(), /^This is not a trace id nonsense/);
  page.answer("/api/traces/", null);
  await page.goto(`/trace/${given.hotrod}`);
  assert.match(await page.text(), /The backend does not answer\. Is it still running\?/);
  page.answer("/api/traces/", undefined);
  await page.click("button", "Look again");
  await page.until(() => document.querySelectorAll(".row").length > 10);
});
