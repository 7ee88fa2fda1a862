// Who calls whom, as a picture and as a table.

import assert from "node:assert/strict";
import { check } from "./check.mjs";

const show = async (page, calls, services = []) => {
  page.answer("/api/dependencies", {
    data: calls.map(([parent, child, callCount]) => ({ parent, child, callCount })),
  });
  page.answer("/api/services", { data: services });
  await page.goto("/dependencies");
};
const boxes = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".graph .node")].map((node) => {
      const { left, top, right, bottom } = node.querySelector("rect").getBoundingClientRect();
      return { name: node.querySelector("text").textContent, left, top, right, bottom };
    }),
  );
const overlap = (all) =>
  all.flatMap((a, at) =>
    all
      .slice(at + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.name} and ${b.name}`),
  );

check("services of the traces in memory, with the numbers of their calls", async (page) => {
  await page.goto("/dependencies");
  const rows = await page.texts(".calls tbody tr");
  assert.ok(rows.includes("driver redis 14"), rows.join("; "));
  assert.ok(rows.includes("frontend route 10"));
  const labels = await page.evaluate(() =>
    [...document.querySelectorAll(".calls-of")].map((label) => label.textContent),
  );
  assert.deepEqual(
    labels.map((label) => label.replace(/\D/g, "")).sort(),
    rows.map((row) => row.match(/[\d,]+$/)[0].replace(/\D/g, "")).sort(),
  );
  assert.match(await page.text(".alone"), /recursive/);
});

check("callers stand left of whom they call, and a click leads to their traces", async (page) => {
  await show(
    page,
    [
      ["web", "api", 10],
      ["api", "db", 7],
      ["web", "db", 2],
    ],
    ["api", "db", "web"],
  );
  const left = Object.fromEntries((await boxes(page)).map(({ name, left }) => [name, left]));
  assert.ok(left.web < left.api && left.api < left.db);
  assert.deepEqual(await page.texts(".calls tbody tr"), ["web api 10", "api db 7", "web db 2"]);
  const { x, y } = await page.placeOf(".graph .node", "api");
  await page.mouse("mouseMoved", x, y, { button: "none" });
  await page.until(() => document.querySelector(".calls-of.lit"));
  assert.deepEqual(
    await page.evaluate(() =>
      [...document.querySelectorAll(".calls-of.lit")].map((label) => label.textContent).sort(),
    ),
    ["10", "7"],
    "its calls stand out",
  );
  await page.click(".zoom button", "+");
  const larger = Object.fromEntries((await boxes(page)).map(({ name, left }) => [name, left]));
  assert.ok(larger.db - larger.web > left.db - left.web);
  await page.click(".zoom button", "Fit");
  await page.leave(() => page.click(".graph .node", "api"));
  assert.equal(
    await page.evaluate(() => location.pathname + location.search),
    "/search?service=api&lookback=all&limit=20",
  );
});

check("none, one, and services that nobody calls", async (page) => {
  await show(page, []);
  assert.match(await page.text(), /^No services yet/);
  await show(page, [], ["lonely"]);
  assert.match(await page.text(), /No service calls another one\. On their own lonely/);
});

check("cycles, and services that call themselves", async (page) => {
  await show(
    page,
    [
      ["a", "b", 1],
      ["b", "c", 2],
      ["c", "a", 3],
      ["b", "b", 4],
      ["only", "only", 5],
    ],
    ["a", "b", "c", "only"],
  );
  assert.deepEqual(
    (await boxes(page)).map(({ name }) => name),
    ["a", "b", "c", "only"],
  );
  assert.deepEqual(overlap(await boxes(page)), []);
  assert.equal(await page.evaluate(() => document.querySelectorAll(".call.back").length), 1);
  const outside = await page.evaluate(() => {
    const picture = document.querySelector(".graph").getBoundingClientRect();
    return [...document.querySelectorAll(".call, .calls-of")].filter((part) => {
      const { left, top, right, bottom } = part.getBoundingClientRect();
      return left < picture.left || top < picture.top || right > picture.right || bottom > picture.bottom;
    }).length;
  });
  assert.equal(outside, 0, "all lines are within the picture");
  await page.picture("dependencies-cycles");
});

check("a hundred services: none covers another, and always the same picture", async (page) => {
  const name = (number) => `service-${number}`;
  const calls = Array.from({ length: 240 }, (_, at) => [
    name((at * 7) % 100),
    name((at * 7 + 3 + ((at * at) % 31)) % 100),
    at + 1,
  ]);
  const unique = [...new Map(calls.map((call) => [call.slice(0, 2).join(), call])).values()];
  await show(
    page,
    unique,
    Array.from({ length: 100 }, (_, at) => name(at)),
  );
  const first = await boxes(page);
  assert.equal(first.length, 100);
  assert.deepEqual(overlap(first), []);
  await page.picture("dependencies-hundred");
  await show(page, unique.toReversed(), []);
  assert.deepEqual(await boxes(page), first);
});

check("it says so if nobody answers", async (page) => {
  page.allow(/Failed to load resource/);
  page.answer("/api/dependencies", null);
  await page.goto("/dependencies");
  assert.match(await page.text(), /^The dependencies cannot be shown The backend does not answer/);
  page.answer("/api/dependencies", undefined);
  await page.click("button", "Try again");
  await page.until(() => document.querySelector(".graph"));
});
