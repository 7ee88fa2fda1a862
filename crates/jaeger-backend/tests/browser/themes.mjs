// Light and dark, wide and narrow: what can be read, and pictures for who wants to look.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const LIGHT = "rgb(245, 247, 249)";
const DARK = "rgb(17, 22, 28)";

check("as the system has it, until somebody chooses; the choice is remembered", async (page) => {
  await page.goto("/search");
  assert.equal(await background(page), LIGHT);
  await page.media({ "prefers-color-scheme": "dark" });
  assert.equal(await background(page), DARK);
  await page.click("#theme");
  assert.equal(await background(page), LIGHT, "light was chosen");
  assert.match(await page.text("#theme"), /Light$/);
  await page.goto("/dependencies");
  assert.equal(await background(page), LIGHT, "and is remembered");
  await page.click("#theme");
  assert.equal(await background(page), DARK);
  await page.click("#theme");
  await page.media({ "prefers-color-scheme": "light" });
  assert.equal(await background(page), LIGHT, "as the system has it again");
});

check("without a memory of its own the browser still switches", async (page) => {
  await page.call("Page.addScriptToEvaluateOnNewDocument", {
    source: "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage'); } })",
  });
  await page.goto("/search");
  await page.click("#theme");
  await page.click("#theme");
  assert.equal(await background(page), DARK);
});

/** In the page: the texts that are hard to read, with their contrast as WCAG defines it, and the colours of services. */
const measure = () => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
    const [red, green, blue] = parts.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (front, behind) => {
    const [high, low] = [luminance([...behind, front]), luminance(behind)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  /** From the page up to the element, because some are transparent. */
  const behind = (element) => {
    const colours = [];
    for (let at = element; at; at = at.parentElement) colours.unshift(getComputedStyle(at).backgroundColor);
    return colours;
  };
  const weak = new Map();
  let read = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (
      texts.currentNode.data.trim() === "" ||
      !element.checkVisibility() ||
      element.closest("noscript, :disabled, .unseen, title")
    )
      continue;
    const box = element.closest(".node")?.querySelector("rect");
    const style = getComputedStyle(element);
    const ground = box ? [...behind(element), getComputedStyle(box).fill] : behind(element);
    const seen = contrast(element.closest("svg") ? style.fill : style.color, ground);
    read += 1;
    if (seen < 4.5)
      weak.set(
        `${element.localName}.${element.className} ${texts.currentNode.data.slice(0, 30)}`,
        seen.toFixed(2),
      );
  }
  const bars = Array.from({ length: 12 }, (_, at) => {
    const probe = document.createElement("i");
    probe.className = `probe paint-${at}`;
    const card = document.querySelector("main").appendChild(document.createElement("div"));
    card.className = "timeline";
    card.append(probe);
    const seen = contrast(getComputedStyle(probe).backgroundColor, behind(card));
    card.remove();
    return [at, seen];
  });
  return { weak: [...weak], faint: bars.filter(([, seen]) => seen < 3), read };
};

for (const scheme of ["light", "dark"]) {
  check(`what is ${scheme} can be read: texts 4.5 to 1, bars 3 to 1`, { scheme }, async (page) => {
    page.allow(/status of 40/);
    for (const address of [
      "/search?service=frontend",
      "/search?service=nobody",
      "/search?service=frontend&minDuration=x",
      `/trace/${given.hotrod}?uiFind=error%3Dtrue`,
      `/trace/${given.odd}#00000000000000a2`,
      "/trace/abc",
      "/dependencies",
    ]) {
      await page.goto(address);
      if (address.includes("error")) await page.press("Enter");
      await page.frame();
      const { weak, faint, read } = await page.evaluate(measure);
      assert.deepEqual({ weak, faint }, { weak: [], faint: [] }, address);
      assert.ok(read > 5, `${address}: ${read} texts`);
    }
  });
}

check("nothing moves for who asked for that", async (page) => {
  await page.media({ "prefers-reduced-motion": "reduce" });
  await page.goto(`/trace/${given.hotrod}`);
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== "0s" || animationName !== "none";
      }).length,
  );
  assert.equal(moving, 0);
});

for (const [size, width] of [
  ["wide", 1400],
  ["narrow", 400],
]) {
  for (const scheme of ["light", "dark"]) {
    check(`pictures, ${size} and ${scheme}; nothing is cut off`, { width, scheme }, async (page) => {
      page.allow(/status of 404/);
      const look = async (name, address, prepare = async () => {}) => {
        await page.goto(address);
        await prepare();
        await page.picture(`${name}-${size}-${scheme}`);
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
          `${name} needs no scrolling to the side`,
        );
      };
      await look("search", "/search?service=frontend&lookback=all");
      if (size === "narrow")
        await look("results", "/search?service=frontend&lookback=all", () =>
          page.evaluate(() => window.scrollTo(0, document.querySelector(".results").offsetTop)),
        );
      await look("trace", `/trace/${given.hotrod}`);
      await look("detail", `/trace/${given.hotrod}`, async () => {
        await page.press("e");
        await page.press("Enter");
      });
      await look("zoomed", `/trace/${given.hotrod}?uiFind=redis`, () => page.drag(".scale", 0.5, 0.8));
      await look("large", `/trace/${given.large}?uiFind=0000000000001388`);
      await look("hostile", `/trace/${given.hostile}`, async () => {
        await page.press("j");
        await page.press("Enter");
      });
      await look("dependencies", "/dependencies");
      await look("missing", "/trace/abc");
    });
  }
}
