// What a span holds: tags, logs, process, warnings, references, and links to it.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

const detail = (page) => page.text(".detail");

check("tags, logs with their time in the trace, and the process", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.click(".row .label", "SQL SELECT");
  assert.match(await detail(page), /^SQL SELECT Service mysql Duration 327ms Start \+[\d.]+[µm]s/);
  const tags = await page.texts(".detail tr");
  assert.ok(tags.includes("sql.query SELECT * FROM customer WHERE customer_id=123 string"), tags.join("; "));
  assert.ok(tags.includes("peer.service mysql string"));
  const log = await page.evaluate(() => document.querySelector(".detail .log time").innerText);
  assert.match(log, /^\+[\d.]+[µm]s$/);
  assert.equal((await page.texts(".detail summary")).at(-1).replace(/\d+$/, ""), "Process ");
  assert.ok(!tags.some((text) => text.startsWith("jaeger.version")), "the process is closed at first");
  await page.click(".detail summary", "Process");
  assert.ok((await page.texts(".detail tr")).some((text) => text.startsWith("jaeger.version Go-")));
  await page.click(".row .label", "SQL SELECT");
  assert.equal(await detail(page), "", "and away again");
});

check("rows below an open span make room for it, also after it was scrolled away", async (page) => {
  await page.goto(`/trace/${given.large}`);
  await page.press("j");
  await page.press("Enter");
  const gap = () =>
    page.evaluate(() => {
      const rows = [...document.querySelectorAll(".row")];
      return rows[1].getBoundingClientRect().top - rows[0].getBoundingClientRect().bottom;
    });
  assert.ok(Math.abs(await gap()) < 1.5, `${await gap()}`);
  await page.press("End");
  await page.press("Home");
  assert.ok(Math.abs(await gap()) < 1.5);
  assert.match(await detail(page), /step 1 .*number 1/);
});

check("a thousand tags and logs are shown in part, and whole if asked for", async (page) => {
  await page.goto(`/trace/${given.loop}`);
  await page.click(".row .label");
  assert.equal((await page.texts(".log")).length, 200);
  await page.click(".detail .rest", "Show all 1,001");
  await page.click(".detail .rest", "Show all 1,000");
  assert.equal((await page.texts(".log")).length, 1000);
  assert.equal((await page.texts(".detail > details:first-of-type tr")).length, 1001);
});

check(
  "what is opened at the end of the window comes into sight, and its row stays",
  { width: 400 },
  async (page) => {
    await page.goto(`/trace/${given.hotrod}`);
    await page.press("e");
    await page.press("Enter");
    const { row, tags, end } = await page.evaluate(() => ({
      row:
        document.activeElement.getBoundingClientRect().top -
        document.querySelector(".sticky").getBoundingClientRect().bottom,
      tags: document.querySelector(".detail tr").getBoundingClientRect().bottom,
      end: window.innerHeight,
    }));
    assert.ok(row >= -1, `the row is at ${row}`);
    assert.ok(tags < end, `the first tag ends at ${tags} of ${end}`);
  },
);

check("an error is told by its tag too", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("e");
  await page.press("Enter");
  assert.deepEqual(await page.texts(".detail .failed"), ["error true bool"]);
  assert.match(await page.text(".detail .log"), /redis timeout/);
});

check("warnings say what seems wrong", async (page) => {
  await page.goto(`/trace/${given.odd}`);
  const warningsOf = async (operation) => {
    await page.click(".row .label", operation);
    const texts = await page.texts(".warnings li");
    await page.click(".row .label", operation);
    return texts.join(" ");
  };
  assert.match(
    await warningsOf("early"),
    /clock skew adjustment disabled; not applying calculated delta of 9ms/,
  );
  assert.match(await warningsOf("orphan"), /shown as a root: its parent 0{13}eee has not been received/);
  assert.match(await warningsOf("twin two"), /duplicate span IDs/);
  assert.match(await warningsOf("backwards"), /duration of -300 microseconds shown as 0/);
  assert.match(await warningsOf("cycle one"), /its parents form a cycle/);
  assert.match(await warningsOf("own parent"), /it is its own parent/);
});

check("references lead to spans of this trace and of others", async (page) => {
  await page.goto(`/trace/${given.odd}`);
  await page.click(".row .label", "linked");
  const references = await page.texts(".references li");
  assert.deepEqual(references, [
    "CHILD_OF odd: root 00000000000000a0",
    "FOLLOWS_FROM odd: second root 00000000000000b0",
    `FOLLOWS_FROM a span of trace ${given.hotrod} 0000000000000077`,
    "FOLLOWS_FROM a span not received 0000000000000fff",
  ]);
  const links = await page.evaluate(() =>
    [...document.querySelectorAll(".references a")].map((link) => [link.getAttribute("href"), link.target]),
  );
  assert.deepEqual(links, [
    ["#00000000000000a0", ""],
    ["#00000000000000b0", ""],
    [`/trace/${given.hotrod}?uiFind=0000000000000077`, "_blank"],
  ]);
  await page.click(".references a", "second root");
  const isThere = () => document.activeElement.innerText?.includes("second root");
  await page.until(isThere);
  await page.press("Home");
  await page.until(() => !document.activeElement.innerText?.includes("second root"));
  await page.click(".references a", "second root");
  await page.until(isThere);
});

check("the link of a span opens it, below what was closed", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.click(".row .label", "SQL SELECT");
  const href = await page.evaluate(() => document.querySelector(".detail header a").getAttribute("href"));
  assert.match(href, /^\/trace\/[0-9a-f]+\?uiFind=[0-9a-f]{16}$/);
  await page.goto("/search");
  await page.goto(href);
  assert.match(await detail(page), /^SQL SELECT Service mysql/);
  assert.match(await page.text(".told"), /^\d+ of \d+$/);
});

check("the trace as JSON, and as it was sent", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const links = await page.evaluate(() =>
    [...document.querySelectorAll(".links a")].map((link) => [
      link.innerText,
      link.getAttribute("href"),
      link.download,
    ]),
  );
  assert.deepEqual(links, [
    ["JSON", `/api/traces/${given.hotrod}?prettyPrint=true`, `trace-${given.hotrod}.json`],
    [
      "As sent",
      `/api/traces/${given.hotrod}?raw=true&prettyPrint=true`,
      `trace-${given.hotrod}-as-sent.json`,
    ],
  ]);
  const spans = await page.evaluate(
    async (href) => (await (await fetch(href)).json()).data[0].spans.length,
    links[1][1],
  );
  assert.equal(spans, 51);
});
