// One page of the browser, as somebody sits before it: opens addresses, presses keys, moves the pointer, reads what is shown.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Waiting asks that often, with a pause, and then gives up. */
const TRIES = 400;
const PAUSE = 25;

/** What the browser needs to know of keys that do something by themselves. */
const CODES = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  " ": 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

export class Page {
  #browser;
  #session;
  #context;
  #base;
  #pictures;
  #answers = [];
  /** What must not happen, and did. */
  #faults = [];
  #allowed = [];

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
    browser.listen(page.#session, (method, params) => page.#happened(method, params));
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
  }

  async media(features) {
    await this.call("Emulation.setEmulatedMedia", {
      features: Object.entries(features).map(([name, value]) => ({ name, value })),
    });
  }

  /** From now on requests whose address contains `part` get that answer, or none if it is null. The latest word counts. */
  answer(part, answer) {
    this.#answers.unshift({ part, answer });
  }

  /** Messages of the browser that this test provokes. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  async goto(path) {
    const { errorText } = await this.call("Page.navigate", { url: new URL(path, this.#base).href });
    assert.equal(errorText, undefined, path);
    await this.until(() => document.readyState === "complete" && !document.querySelector("[role=status]"));
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
      `waited in vain for ${work} with ${JSON.stringify(values)}; last: ${last}; faults: ${this.#faults.join("; ")}`,
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

  async press(key, { shift = false, ctrl = false } = {}) {
    const modifiers = (shift ? 8 : 0) + (ctrl ? 2 : 0);
    const text = key.length === 1 && !ctrl ? key : key === "Enter" ? "\r" : undefined;
    const about = {
      key,
      modifiers,
      windowsVirtualKeyCode: CODES[key] ?? key.toUpperCase().charCodeAt(0),
      code: key,
    };
    await this.call("Input.dispatchKeyEvent", { type: "keyDown", ...about, text });
    await this.call("Input.dispatchKeyEvent", { type: "keyUp", ...about });
    await this.frame();
  }

  async type(text) {
    await this.call("Input.insertText", { text });
    await this.frame();
  }

  /** Two frames later all that follows from an input is drawn. */
  frame() {
    return this.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
    );
  }

  /** The middle of the first visible element of that selector (whose text has that part). */
  async placeOf(selector, text = "") {
    return this.until(
      (selector, text) => {
        const all = [...document.querySelectorAll(selector)];
        const element = all.find(
          (element) => element.checkVisibility() && element.textContent.includes(text),
        );
        if (!element) return null;
        element.scrollIntoView({ block: "nearest", behavior: "instant" });
        const { left, top, width, height } = element.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2, left, top, width, height };
      },
      selector,
      text,
    );
  }

  async mouse(type, x, y, more = {}) {
    await this.call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1, ...more });
  }

  async click(selector, text) {
    const { x, y } = await this.placeOf(selector, text);
    await this.mouse("mousePressed", x, y);
    await this.mouse("mouseReleased", x, y);
    await this.frame();
  }

  /** Drags within an element from one share of its width to another. */
  async drag(selector, from, to) {
    const { left, width, y } = await this.placeOf(selector);
    const at = (share) => left + share * width;
    await this.mouse("mousePressed", at(from), y);
    for (const share of [0.3, 0.6, 1])
      await this.mouse("mouseMoved", at(from + share * (to - from)), y, { buttons: 1 });
    await this.mouse("mouseReleased", at(to), y);
    await this.frame();
  }

  /** Chooses in a select, or fills a field, as a user's choice would. */
  async set(selector, value) {
    await this.evaluate(
      (selector, value) => {
        const input = document.querySelector(selector);
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      },
      selector,
      value,
    );
    await this.frame();
  }

  /** Follows what leads to another document. */
  async leave(work) {
    await this.evaluate(() => {
      window.isOld = true;
    });
    await work();
    await this.until(
      () => !window.isOld && document.readyState === "complete" && !document.querySelector("[role=status]"),
    );
  }

  async picture(name) {
    await this.frame();
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    mkdirSync(this.#pictures, { recursive: true });
    writeFileSync(join(this.#pictures, `${name}.png`), Buffer.from(data, "base64"));
  }

  /** Ends the page, and tells what happened on it that must not. */
  async close() {
    const isHurt = await this.evaluate(() => window.injected ?? null).catch(() => null);
    if (isHurt) this.#faults.push(`a script of a span ran: ${isHurt}`);
    await this.#browser.call("Target.disposeBrowserContext", { browserContextId: this.#context });
    assert.deepEqual(this.#faults, [], "nothing else happens on the page");
  }

  #fault(text) {
    if (!this.#allowed.some((pattern) => pattern.test(text))) this.#faults.push(text);
  }

  #happened(method, params) {
    switch (method) {
      case "Runtime.consoleAPICalled":
        return this.#fault(
          `console.${params.type}: ${params.args.map((value) => value.value ?? value.description).join(" ")}`,
        );
      case "Runtime.exceptionThrown":
        return this.#fault(
          `exception: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`,
        );
      case "Log.entryAdded":
        // Violations of the page's security policy come here too.
        return this.#fault(
          `${params.entry.source} ${params.entry.level}: ${params.entry.text} ${params.entry.url ?? ""}`,
        );
      case "Page.javascriptDialogOpening":
        this.#faults.push(`dialog: ${params.message}`);
        return void this.call("Page.handleJavaScriptDialog", { accept: false });
      case "Fetch.requestPaused":
        return void this.#answer(params).catch(() => {});
    }
  }

  async #answer({ requestId, request }) {
    const { origin } = new URL(request.url);
    if (origin !== new URL(this.#base).origin) {
      this.#faults.push(`asks elsewhere: ${request.url}`);
      return this.call("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
    }
    const own = this.#answers.find(({ part }) => request.url.includes(part));
    if (!own || own.answer === undefined) return this.call("Fetch.continueRequest", { requestId });
    if (own.answer === null)
      return this.call("Fetch.failRequest", { requestId, errorReason: "ConnectionRefused" });
    const body = Buffer.from(JSON.stringify(own.answer)).toString("base64");
    const responseHeaders = [{ name: "content-type", value: "application/json" }];
    return this.call("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body });
  }
}
