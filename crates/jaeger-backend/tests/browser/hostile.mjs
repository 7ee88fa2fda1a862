// Nothing that a sender puts into a span becomes anything but text. Dialogs, scripts that ran, requests elsewhere and
// violations of the page's security policy fail every check when its page is closed; see `page.mjs`.

import assert from "node:assert/strict";
import { check, given } from "./check.mjs";

/** What the page itself makes. */
const OWN = new Set(
  (
    "html head meta title link script body header nav main form label input select option button section div span p a b bdi i " +
    "h1 h2 h3 ul ol li dl dt dd code time table caption thead tbody tr th td details summary dialog kbd canvas svg path circle text " +
    "rect defs marker output small img noscript"
  ).split(" "),
);

const strangers = (page) =>
  page.evaluate(
    (own) => {
      const found = [...document.querySelectorAll("*")]
        .filter((element) => !own.includes(element.localName))
        .map((element) => element.outerHTML.slice(0, 200));
      const scripts = [...document.scripts].filter(
        (script) => !/^\/assets\/(main|theme-first)\.js$/.test(script.getAttribute("src") ?? "inline"),
      );
      const images = [...document.images].filter((image) => image.getAttribute("src") !== "/assets/icon.svg");
      const handlers = [...document.querySelectorAll("*")].filter((element) =>
        [...element.attributes].some(({ name }) => name.startsWith("on")),
      );
      const links = [...document.querySelectorAll("[href], [src], [action]")]
        .map((element) => element.getAttribute("href") ?? element.getAttribute("src"))
        .filter((address) => !/^(\/|#|https:\/\/elsewhere\.example\/\?q=<b>$)/.test(address));
      return [
        ...found,
        ...[...scripts, ...images, ...handlers].map((element) => element.outerHTML.slice(0, 200)),
        ...links,
      ];
    },
    [...OWN, "title"],
  );

check("every place of a trace, even if the security policy were not there", async (page) => {
  await page.call("Page.setBypassCSP", { enabled: true });
  await page.goto(`/trace/${given.hostile}`);
  assert.match(
    await page.text(".head h1"),
    /<script>alert\(1\);window\.injected='script'<\/script>/,
    "it is shown as what it is",
  );
  const rows = await page.evaluate(() => document.querySelectorAll(".row").length);
  assert.equal(rows, 8);
  await page.press("j");
  for (let row = 0; row < rows; row += 1) {
    await page.press("Enter");
    await page.press("ArrowDown");
  }
  await page.evaluate(() =>
    document.querySelectorAll("details").forEach((details) => {
      details.open = true;
    }),
  );
  await page.frame();
  assert.ok(
    (await page.texts(".detail .value")).some(
      (text) => text === "<img src=x onerror=\"alert(2);window.injected='image'\">",
    ),
  );
  assert.deepEqual(await strangers(page), []);
  const links = await page.evaluate(() =>
    [...document.querySelectorAll(".detail td a")].map(
      (link) => `${link.protocol} ${link.rel} ${link.target}`,
    ),
  );
  assert.deepEqual([...new Set(links)], ["https: noreferrer _blank"], "only web addresses are links");
  await page.press("/");
  await page.type("<script>");
  assert.match(await page.text(".told"), /^1 of 8|^\d of 8/);
  assert.deepEqual(await strangers(page), []);
});

check("characters that cannot be seen, or turn the text around, are shown as themselves", async (page) => {
  await page.goto(`/trace/${given.hostile}?uiFind=desrever`);
  const texts = (await page.rows()).join("\n");
  assert.match(
    texts,
    /␀␁␇␛\[31mred⟨202E⟩desrever⟨2066⟩⟨200B⟩⟨FEFF⟩⟨85⟩|␀␁␇␛\[31mred⟨202E⟩desrever⟨2066⟩⟨200B⟩⟨FEFF⟩⟨0085⟩/,
  );
});

check("endless texts neither push anything out of the page nor are lost", async (page) => {
  for (const width of [1400, 400]) {
    await page.resize(width, 900);
    await page.goto(`/trace/${given.hostile}`);
    await page.press("j");
    await page.press("Enter");
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
      `at ${width}`,
    );
    const heights = await page.evaluate(() =>
      [...document.querySelectorAll(".line")].map((line) => line.offsetHeight),
    );
    assert.equal(new Set(heights).size, 1, "each line is as high as the others");
  }
  const before = await page.evaluate(() => document.querySelector(".detail").innerText.length);
  await page.click(".detail .value button", "Show all 30,000 characters");
  assert.ok(
    (await page.evaluate(() => document.querySelector(".detail").innerText.length)) > before + 20_000,
  );
});

check("ids and types, if the answer is not of this backend", async (page) => {
  const attack = '"><img src=x onerror=alert(1)>';
  const tags = [
    { key: attack, type: attack, value: attack },
    { key: "null", type: "x", value: null },
    { key: "list", type: "x", value: [attack] },
  ];
  const references = [
    { refType: attack, traceID: attack, spanID: attack },
    { refType: attack, traceID: "other", spanID: attack },
  ];
  const span = {
    traceID: attack,
    spanID: attack,
    processID: attack,
    operationName: attack,
    references,
    startTime: 1,
    duration: 1,
    tags,
    warnings: [attack],
  };
  const logs = [{ timestamp: 1, fields: tags }];
  const processes = { [attack]: { serviceName: attack, tags } };
  page.answer("/api/traces", {
    data: [
      {
        traceID: attack,
        spans: [
          { ...span, logs },
          { ...span, spanID: "2", processID: "none", logs: [] },
        ],
        processes,
      },
    ],
  });
  await page.call("Page.setBypassCSP", { enabled: true });
  await page.goto("/trace/1");
  await page.press("j");
  await page.press("Enter");
  await page.evaluate(() =>
    document.querySelectorAll("details").forEach((details) => {
      details.open = true;
    }),
  );
  await page.frame();
  assert.match(await page.text(".detail"), /onerror=alert\(1\)/);
  assert.deepEqual(await strangers(page), []);
  await page.goto("/search?service=x");
  assert.match(await page.text(".result"), /onerror=alert\(1\)/);
  assert.deepEqual(await strangers(page), []);
});

check("search, its form and its results", async (page) => {
  await page.call("Page.setBypassCSP", { enabled: true });
  const service = "<script>alert(1);window.injected='script'</script>";
  await page.goto(
    `/search?${new URLSearchParams({ service, operation: '"><svg onload=alert(3)>', lookback: "all" })}`,
  );
  assert.match(await page.text(".results"), /^No trace matches/);
  await page.goto(`/search?${new URLSearchParams({ service, lookback: "all" })}`);
  assert.match(await page.text(".result .title"), /<script>alert\(1\)/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  assert.deepEqual(await strangers(page), []);
  await page.picture("search-hostile");
  page.allow(/status of 400/);
  for (const address of [
    "/search?service=x&tags=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "/search?service=x&minDuration=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/search?service=x&lookback=%3Cscript%3Ealert(1)%3C%2Fscript%3E&limit=javascript:alert(1)",
    "/search?service=x&start=9e99&end=-1&tag=a",
  ]) {
    await page.goto(address);
    assert.deepEqual(await strangers(page), [], address);
  }
});

check("addresses of traces", async (page) => {
  await page.call("Page.setBypassCSP", { enabled: true });
  page.allow(/status of 400/);
  for (const id of [
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%00",
    "%E0%A4%A",
    "javascript:alert(1)",
    "..%2F..%2Fapi%2Fservices",
  ]) {
    await page.goto(`/trace/${id}`);
    assert.match(await page.text(), /This is not a trace id|cannot be shown/, id);
    assert.deepEqual(await strangers(page), [], id);
  }
  await page.goto(
    `/trace/${given.hotrod}?uiFind=${encodeURIComponent("<img src=x onerror=alert(1)>")}#"><script>alert(1)</script>`,
  );
  assert.deepEqual(await strangers(page), []);
});

check("the graph of services", async (page) => {
  await page.call("Page.setBypassCSP", { enabled: true });
  await page.goto("/dependencies");
  assert.match(await page.text(".calls"), /<img src=x onerror/);
  assert.deepEqual(await strangers(page), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
});
