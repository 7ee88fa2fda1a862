// One page of the browser: opens addresses, reads what is shown, takes pictures.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Hand } from "./hand.mjs";
import { Watch } from "./watch.mjs";

/** Waiting asks that often, with a pause, and then gives up. */
const TRIES = 400;
const PAUSE = 25;

export class Page extends Hand {
  #browser;
  #session;
  #context;
  #base;
  #pictures;
  #watch;

  static async open(browser, { base, pictures }, { width = 1400, height = 900, scheme = "light" } = {}) {
    const page = new Page();
    Object.assign(page, { width, height });
    page.#browser = browser;
    page.#base = base;
    page.#pictures = pictures;
    ({ browserContextId: page.#context } = await browser.call("Target.createBrowserContext"));
    const { targetId } = await browser.call("Target.createTarget", {
      url: "about:blank",
      browserContextId: page.#context,
    });
    ({ sessionId: page.#session } = await browser.call("Target.attachToTarget", { targetId, flatten: true }));
    page.#watch = new Watch((method, params) => page.call(method, params), new URL(base).origin);
    browser.listen(page.#session, (method, params) => page.#watch.happened(method, params));
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.call(`${domain}.enable`);
    await page.call("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
    await page.resize(width, height);
    await page.media({ "prefers-color-scheme": scheme });
    return page;
  }

  call(method, params) {
    return this.#browser.call(method, params, this.#session);
  }

  async resize(width, height) {
    await this.call("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.until(
      (width, height) => window.innerWidth === width && window.innerHeight === height,
      width,
      height,
    );
  }

  async media(features) {
    await this.call("Emulation.setEmulatedMedia", {
      features: Object.entries(features).map(([name, value]) => ({ name, value })),
    });
    await this.until(
      (features) => features.every(([name, value]) => matchMedia(`(${name}: ${value})`).matches),
      Object.entries(features),
    );
    await this.frame();
  }

  /** From now on requests whose address contains `part` get that answer, or none if it is null; the own one if undefined. */
  answer(part, answer) {
    this.#watch.answer(part, answer);
  }

  /** Messages of the browser that this check provokes. */
  allow(pattern) {
    this.#watch.allow(pattern);
  }

  /** Opens another document, or the same one anew, and waits until it shows what it asked for. */
  async goto(path) {
    await this.leave(async () => {
      const { errorText } = await this.call("Page.navigate", { url: new URL(path, this.#base).href });
      assert.equal(errorText, undefined, path);
    });
  }

  /** Runs the function in the page. */
  async evaluate(work, ...values) {
    const expression = `(${work})(...${JSON.stringify(values)})`;
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until the function gives something true in the page. */
  async until(work, ...values) {
    let last;
    for (let tried = 0; tried < TRIES; tried += 1) {
      // Between two documents there is nothing to run in.
      last = await this.evaluate(work, ...values).catch((error) => error);
      if (last && !(last instanceof Error)) return last;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    throw new Error(
      `waited in vain for ${work} with ${JSON.stringify(values)}; last: ${last}; faults: ${this.#watch.faults.join("; ")}`,
    );
  }

  /** What the page shows of the elements, as a reader sees it: one text for each that is visible. */
  texts(selector) {
    return this.evaluate(
      (selector) =>
        [...document.querySelectorAll(selector)]
          .filter((element) => element.checkVisibility())
          .map((element) => (element.innerText ?? element.textContent).replace(/\s+/g, " ").trim()),
      selector,
    );
  }

  /** The names in the rows that are drawn: service, peer and operation. */
  rows() {
    return this.evaluate(() =>
      [...document.querySelectorAll(".row .label")].map((label) =>
        [...label.querySelectorAll(".service, .peer, .operation")].map((part) => part.innerText).join(" "),
      ),
    );
  }

  async text(selector = "main") {
    return (await this.texts(selector)).join(" ");
  }

  async picture(name) {
    await this.frame();
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    mkdirSync(this.#pictures, { recursive: true });
    writeFileSync(join(this.#pictures, `${name}.png`), Buffer.from(data, "base64"));
  }

  /** Waits until something happened that must not and whose text has that part; it counts no more. */
  async fault(pattern) {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const at = this.#watch.faults.findIndex((text) => pattern.test(text));
      if (at >= 0) return this.#watch.faults.splice(at, 1)[0];
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    throw new Error(`waited in vain for ${pattern}; faults: ${this.#watch.faults.join("; ")}`);
  }

  /** Ends the page, and tells what happened on it that must not. */
  async close() {
    const isHurt = await this.evaluate(() => window.injected ?? null).catch(() => null);
    if (isHurt) this.#watch.faults.push(`a script of a span ran: ${isHurt}`);
    await this.#browser.call("Target.disposeBrowserContext", { browserContextId: this.#context });
    assert.deepEqual(this.#watch.faults, [], "nothing else happens on the page");
  }
}
