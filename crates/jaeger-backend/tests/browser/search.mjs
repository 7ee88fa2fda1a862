// The page that finds traces.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

const titles = (page) => page.texts(".result .title");
const search = (page) =>
  page
    .click("form.search button", "Find traces")
    .then(() => page.until(() => !document.querySelector("[role=status]")));

check("a service's traces, newest first, each with what it was", async (page) => {
  await page.goto("/search?service=frontend");
  const found = await titles(page);
  assert.equal(found.length, 6, "of the last hour");
  assert.match(found[0], /^frontend: HTTP GET \/dispatch 1234567 7\d\dms$/);
  const facts = (await page.texts(".result .facts"))[0];
  assert.match(
    facts,
    /^51 spans 3 errors incomplete customer 1 driver 1 frontend 24 mysql 1 redis 14 !3 route 10 \d+m ago$/,
  );
  assert.equal(await page.text(".results h2"), "6 traces");
  await page.until(() => document.querySelector("form.search .hint").innerText.includes("in memory"));
  assert.match(await page.text("form.search .hint"), /^\d+ traces in memory \([\d.]+ .iB of 256 MiB\)$/);
  await page.leave(() => page.click(".result a"));
  assert.match(await page.text(".head h1"), /^frontend: HTTP GET \/dispatch/);
});

check("other orders", async (page) => {
  await page.goto("/search?service=frontend");
  const order = async (value) => {
    await page.set("select[aria-label=Order]", value);
    return [
      await page.texts(".result .took"),
      await page.evaluate(() =>
        [...document.querySelectorAll(".result .facts > :first-child")].map((count) =>
          parseInt(count.innerText, 10),
        ),
      ),
    ];
  };
  assert.equal((await order("longest"))[0][0], "1.73s");
  assert.equal((await order("shortest"))[0][0], "12ms");
  assert.deepEqual((await order("most"))[1], [51, 6, 4, 3, 2, 1]);
  assert.deepEqual((await order("least"))[1], [1, 2, 3, 4, 6, 51]);
});

check(
  "the form: operations of the service, tags in quotes, durations, lookback, limit; the address has it all",
  async (page) => {
    await page.goto("/search");
    assert.ok(
      (await page.evaluate(() => document.querySelector("[name=service]").value)) !== "",
      "a service is chosen",
    );
    await page.set("[name=service]", "frontend");
    await page.until(() =>
      [...document.querySelectorAll("[name=operation] option")].some(
        (option) => option.innerText === "HTTP GET /customer",
      ),
    );
    await page.set("[name=operation]", "HTTP GET /customer");
    await search(page);
    assert.equal((await titles(page)).length, 5);
    await page.set("[name=tags]", 'http.status_code=500 note="two words"');
    await search(page);
    assert.deepEqual(await page.texts(".result .took"), ["1.73s"]);
    const address = await page.evaluate(() => Object.fromEntries(new URLSearchParams(location.search)));
    assert.deepEqual(address, {
      service: "frontend",
      operation: "HTTP GET /customer",
      tags: '{"http.status_code":"500","note":"two words"}',
      lookback: "1h",
      limit: "20",
    });
    await page.set("[name=lookback]", "all");
    await search(page);
    assert.deepEqual(await page.texts(".result .took"), ["1.73s", "60ms"], "also the one of three hours ago");
    await page.set("[name=minDuration]", "50ms");
    await page.set("[name=maxDuration]", "1s");
    await search(page);
    assert.deepEqual(await page.texts(".result .took"), ["60ms"]);
    await page.set("[name=tags]", "");
    await page.set("[name=minDuration]", "");
    await page.set("[name=maxDuration]", "");
    await page.set("[name=limit]", "2");
    await search(page);
    assert.equal((await titles(page)).length, 2);
    assert.match(await page.text(".results h2"), /^2 traces as many as the limit allows/);
    await page.evaluate(() => history.back());
    await page.until(() => document.querySelectorAll(".result").length === 1, "the search before");
    assert.equal(await page.evaluate(() => document.querySelector("[name=maxDuration]").value), "1s");
  },
);

check("links made for Jaeger's own page", async (page) => {
  const { start, now } = await page.evaluate(() => ({
    start: (Date.now() - 240 * 60000) * 1000,
    now: Date.now() * 1000,
  }));
  const tags = encodeURIComponent('{"http.status_code":"500","note":"two words"}');
  await page.goto(
    `/search?service=frontend&operation=HTTP%20GET%20%2Fcustomer&tags=${tags}&lookback=6h&limit=20&minDuration=1ms&maxDuration=&start=${start}&end=${now}`,
  );
  assert.deepEqual(await page.texts(".result .took"), ["1.73s", "60ms"]);
  assert.equal(
    await page.evaluate(() => document.querySelector("[name=tags]").value),
    'http.status_code=500 note="two words"',
  );
  assert.equal(
    await page.evaluate(() => document.querySelector("[name=lookback]").value),
    "custom",
    "its times hold",
  );
  await page.goto(
    `/search?service=frontend&tags=${encodeURIComponent('{"driver":"none such"}')}&lookback=1h&limit=20&minDuration&maxDuration`,
  );
  assert.match(await page.text(".results"), /^No trace matches/);
  await page.goto("/search?service=frontend&operation=all&lookback=1h");
  assert.equal((await titles(page)).length, 6);
  await page.goto("/search?service=frontend&tag=http.status_code:500&lookback=1h");
  assert.equal((await titles(page)).length, 1);
});

check("times to be chosen", async (page) => {
  await page.goto("/search?service=frontend&lookback=custom");
  assert.equal((await page.texts(".times-chosen label")).length, 2);
  const local = await page.evaluate(() =>
    new Date(Date.now() - 100 * 60000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19),
  );
  await page.set("[name=to]", local);
  await search(page);
  assert.deepEqual(await page.texts(".result .took"), ["60ms"]);
  await page.set("[name=lookback]", "1h");
  assert.deepEqual(await page.texts(".times-chosen label"), []);
});

check("nothing found: said, with a way on", async (page) => {
  await page.goto("/search?service=nobody");
  assert.match(await page.text(".results"), /^No trace matches .* outside of the lookback/);
  assert.deepEqual(await page.texts(".results button"), ["Search all times", "Look again"]);
  await page.picture("search-nothing-found");
  await page.goto(
    "/search?service=frontend&tags=%7B%22error%22%3A%22true%22%7D&lookback=all&maxDuration=500ms",
  );
  assert.match(await page.text(".results"), /^1 trace .*HTTP GET \/customer/);
});

check("nothing in memory yet", async (page) => {
  page.answer("/api/services", { data: [] });
  await page.goto("/search");
  assert.match(await page.text(".results"), /^No spans yet Send some to the collector/);
});

check("what the API refuses is said in its words; the rest of the form stays", async (page) => {
  page.allow(/status of 400/);
  await page.goto("/search?service=frontend");
  await page.set("[name=minDuration]", "fast");
  await search(page);
  assert.match(
    await page.text(".results [role=alert]"),
    /^This search is not understood unable to parse param 'minDuration': time: invalid duration "fast"/,
  );
  await page.set("[name=minDuration]", "");
  await page.set("[name=tags]", "oops");
  await search(page);
  assert.match(await page.text(".results [role=alert]"), /Tags are written key=value, but this is not: oops/);
  await page.set("[name=tags]", "");
  await search(page);
  assert.equal((await titles(page)).length, 6);
});

check("nobody answers: said, and tried again", async (page) => {
  page.allow(/Failed to load resource/);
  await page.goto("/search?service=frontend");
  page.answer("/api/traces", null);
  await search(page);
  assert.match(
    await page.text(".results [role=alert]"),
    /^Nobody answers The backend does not answer\. Is it still running\?/,
  );
  page.answer("/api/traces", undefined);
  await page.click(".results button", "Try again");
  await page.until(() => document.querySelectorAll(".result").length === 6);
});

check("by its id, from the top of every page", async (page) => {
  for (const start of ["/search", "/dependencies", `/trace/${given.odd}`]) {
    await page.goto(start);
    await page.click("#lookup-id");
    await page.type(` ${given.hotrod.toUpperCase()} `);
    await page.leave(() => page.press("Enter"));
    assert.match(await page.text(".head h1"), /^frontend: HTTP GET \/dispatch/);
  }
});

check("a picture of all results, in which each leads to its trace", async (page) => {
  await page.goto("/search?service=frontend");
  await page.until(() => document.querySelectorAll(".scatter a").length === 6);
  assert.equal(
    await page.evaluate(() => document.querySelectorAll(".scatter .failed").length),
    2,
    "those with errors differ in shape",
  );
  const places = await page.evaluate(() =>
    [...document.querySelectorAll(".scatter a")]
      .map((dot) => dot.getBoundingClientRect())
      .every(({ left, right }) => left > 300 && right < 1400),
  );
  assert.ok(places);
});

check("a live list shows what arrives", async (page) => {
  await page.goto("/search?service=frontend");
  const { data } = await page.evaluate(async () =>
    (await fetch("/api/traces?service=frontend&limit=1")).json(),
  );
  page.answer("/api/traces?", { data });
  await page.click(".live input");
  await page.until(() => document.querySelectorAll(".result").length === 1);
  assert.equal(await page.evaluate(() => document.querySelector(".live input").checked), true);
  await page.set("[name=tags]", "half a tag");
  page.answer("/api/traces?", { data: [] });
  await page.until(() => document.querySelectorAll(".result").length === 0);
  assert.match(await page.text(".results"), /^0 traces/, "what is being typed is not searched for");
});
