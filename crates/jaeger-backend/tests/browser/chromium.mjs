// Starts a headless Chromium and speaks its DevTools protocol over two pipes: JSON texts, each ended by a zero byte.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--remote-debugging-pipe",
  "--hide-scrollbars",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--force-color-profile=srgb",
  "--lang=en-GB",
];

export class Chromium {
  #process;
  #folder = mkdtempSync(join(tmpdir(), "jaeger-page-"));
  #next = 1;
  #pending = new Map();
  #sessions = new Map();
  /** Why it cannot be called any more. */
  #ended = null;
  /** What it said last, for who wonders why it ended. */
  #said = "";

  constructor() {
    const env = { ...process.env, TZ: "UTC", LANGUAGE: "en_GB" };
    this.#process = spawn("chromium", [...FLAGS, `--user-data-dir=${this.#folder}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      detached: true,
      env,
    });
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", () => this.#fail(new Error(`Chromium has ended: ${this.#said}`)));
    const [, , errors, input, output] = this.#process.stdio;
    errors.on("data", (text) => {
      this.#said = (this.#said + text).slice(-2000);
    });
    this.input = input;
    // When it is killed the pipe breaks; those who wait are told by its exit.
    input.on("error", () => {});
    let rest = Buffer.alloc(0);
    output.on("data", (bytes) => {
      const parts = Buffer.concat([rest, bytes]).toString("latin1").split("\0");
      rest = Buffer.from(parts.pop(), "latin1");
      for (const part of parts) this.#receive(JSON.parse(Buffer.from(part, "latin1").toString("utf8")));
    });
    // However this program ends, the browser and what it started end before.
    process.on("exit", () => this.stop());
  }

  /** Calls a method of the protocol, of the whole browser or of one session. */
  call(method, params = {}, sessionId = undefined) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, method });
      this.input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Calls `listener(method, params)` for each event of the session. */
  listen(sessionId, listener) {
    this.#sessions.set(sessionId, listener);
  }

  stop() {
    try {
      process.kill(-this.#process.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive({ id, method, params, result, error, sessionId }) {
    if (id === undefined) {
      this.#sessions.get(sessionId)?.(method, params);
      return;
    }
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) waiting.reject(new Error(`${waiting.method}: ${error.message}`));
    else waiting.resolve(result);
  }

  #fail(error) {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
