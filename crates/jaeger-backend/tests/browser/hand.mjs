// What somebody does at a page: presses keys, moves the pointer, fills in fields.

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

/** What the browser says if the document in which something is awaited makes way for another one. */
const GONE = /navigated or closed|context was destroyed|Cannot find .*context|Promise was collected/;

/** For a page that can `call` the browser's protocol, `evaluate` a function and wait `until` one gives something. */
export class Hand {
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

  /** Two frames later all that follows from an input is drawn. If that leads to another document, none follow here. */
  async frame() {
    const frames = () =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
    await this.evaluate(frames).catch((error) => {
      if (!GONE.test(error.message)) throw error;
    });
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

  /** Follows what leads to another document, until that is drawn. The old one may be there for a while. */
  async leave(work) {
    await this.evaluate(() => {
      document.isOld = true;
    });
    await work();
    await this.until(
      () => !document.isOld && document.readyState === "complete" && !document.querySelector("[role=status]"),
    );
    await this.frame();
  }
}
