// Everything on the page of a trace can be done without a pointer, and a screen reader is told the tree.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

const active = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element.closest(".row")) return element.tagName.toLowerCase();
    return [...element.querySelectorAll(".service, .peer, .operation")]
      .map((part) => part.innerText)
      .join(" ");
  });

check("rows by arrows and by Jaeger's letters", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("j");
  assert.equal(
    await active(page),
    "frontend HTTP GET /dispatch",
    "the first press takes hold of the first row",
  );
  await page.press("ArrowDown");
  assert.equal(await active(page), "frontend HTTP GET: /customer");
  await page.press("f");
  assert.equal(await active(page), "frontend HTTP GET");
  await page.press("k");
  await page.press("b");
  assert.equal(await active(page), "frontend HTTP GET /dispatch");
  await page.press("ArrowLeft");
  assert.equal((await page.texts(".row")).length, 1, "closed");
  await page.press("ArrowRight");
  await page.press("ArrowRight");
  assert.equal(await active(page), "frontend HTTP GET: /customer", "open, then its first child");
  await page.press("ArrowLeft");
  await page.press("ArrowLeft");
  assert.equal(await active(page), "frontend HTTP GET /dispatch", "closed, then its parent");
  await page.press("]");
  await page.press("PageDown");
  assert.notEqual(await active(page), "frontend HTTP GET /dispatch");
  await page.press("PageUp");
  assert.equal(await active(page), "frontend HTTP GET /dispatch");
  await page.press("Enter");
  assert.match(await page.text(".detail"), /^HTTP GET \/dispatch Service frontend/);
  await page.press("Escape");
  assert.deepEqual(await page.texts(".detail"), []);
});

check("the focus stays on its row, however far that is scrolled away", async (page) => {
  await page.goto(`/trace/${given.large}`);
  await page.press("j");
  await page.press("j");
  const row = await page.evaluate(() => document.activeElement.dataset.span);
  await page.evaluate(() => window.scrollTo(0, 200_000));
  await page.frame();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.span), row);
  await page.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.ariaRowIndex), "3");
  const place = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
  assert.ok(place > 0 && place < page.height, "and it is seen again");
});

check("tab reaches the tree once, and one row of it", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  assert.equal(await page.evaluate(() => document.querySelectorAll(".rows [tabindex='0']").length), 1);
  for (
    let pressed = 0;
    pressed < 40 && !(await page.evaluate(() => document.activeElement.classList.contains("row")));
    pressed += 1
  )
    await page.press("Tab");
  assert.equal(await active(page), "frontend HTTP GET /dispatch");
});

check("a screen reader is told the tree", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("j");
  await page.press("j");
  const { nodes } = await page.call("Accessibility.getFullAXTree");
  const rows = nodes.filter((node) => node.role?.value === "row");
  assert.ok(nodes.some((node) => node.role?.value === "treegrid" && node.name.value === "Spans"));
  const focused = rows.find((node) =>
    node.properties.some(({ name, value }) => name === "focused" && value.value),
  );
  assert.match(focused.name.value, /frontend.*HTTP GET: \/customer/);
  const property = (name) => focused.properties.find((property) => property.name === name)?.value.value;
  assert.deepEqual([property("level"), property("expanded"), property("selected")], [2, true, true]);
});

check("find: words, tags, what is left out, and from one to the next", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const look = async (text) => {
    await page.press("Escape");
    await page.press("/");
    await page.type(text);
    return page.text(".told");
  };
  assert.match(await look("redis getdriver"), /^1 of 14$/);
  assert.equal(await active(page), "input", "one can write on");
  await page.press("Enter");
  assert.match(await page.text(".told"), /^2 of 14$/);
  await page.press("Enter", { shift: true });
  assert.match(await page.text(".told"), /^1 of 14$/);
  assert.equal(await page.evaluate(() => location.search), "?uiFind=redis+getdriver");
  await page.press("Escape");
  assert.equal(
    await active(page),
    "driver /driver.DriverService/FindNearest",
    "the row that was found, by its logs, has the focus",
  );
  assert.equal(await page.evaluate(() => location.search), "");
  assert.match(await look("error=true"), /of 3$/);
  assert.match(await look("redis -error=true"), /of 12$/);
  assert.equal(await look("no-such-word"), "none");
  await look("error=true");
  await page.press("Enter");
  const found = await page.evaluate(() => [...document.querySelectorAll(".row.found")].length);
  assert.equal(found, 3, "all that is found is marked");
});

check("from error to error, also into what is closed", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("[");
  await page.press("e");
  const first = await active(page);
  assert.match(first, /^redis GetDriver/);
  await page.press("e");
  await page.press("E");
  assert.equal(await active(page), first);
});

check("Ctrl and f find here first: the browser's own find sees only what is drawn", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("f", { ctrl: true });
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "Find in this trace");
});

check("the names can be made wider", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  const width = () => page.evaluate(() => document.querySelector(".row .name").getBoundingClientRect().width);
  const before = await width();
  await page.evaluate(() => document.querySelector("[role=separator]").focus());
  await page.press("ArrowRight");
  assert.ok((await width()) > before);
  const { x, y } = await page.placeOf("[role=separator]");
  await page.mouse("mousePressed", x, y);
  await page.mouse("mouseMoved", x - 200, y, { buttons: 1 });
  await page.mouse("mouseReleased", x - 200, y);
  await page.frame();
  assert.ok((await width()) < before);
});

check("the help says what the keys do", async (page) => {
  await page.goto(`/trace/${given.hotrod}`);
  await page.press("?");
  const help = await page.text("dialog");
  for (const words of [
    "next row",
    "zoom in",
    "find in this trace",
    "next error",
    "collapse one level",
    "show the whole trace",
  ])
    assert.ok(help.includes(words), words);
  await page.picture("help");
  await page.press("j");
  assert.equal(
    await page.evaluate(() => document.querySelector("dialog").open),
    true,
    "keys do nothing behind it",
  );
  const isOpen = () => page.evaluate(() => document.querySelector("dialog").open);
  await page.press("Escape");
  assert.equal(await isOpen(), false);
  await page.press("?");
  assert.equal(await isOpen(), true);
  await page.press("?");
  assert.equal(await isOpen(), false, "the same key closes it");
});
