// What each check gets: the browser that all share, one after the other, and what the Rust side has sent to the backend.

import { test } from "node:test";
import { Chromium } from "./chromium.mjs";
import { Page } from "./page.mjs";

/** { base, pictures, hotrod, large, deep, hostile, odd, … }: where the page is, and the ids of the traces. */
export const given = JSON.parse(process.env.PAGE_UNDER_TEST);

/** A browser that hangs is a failure and not a wait without end, in milliseconds. */
const TIMEOUT = 180_000;

const browser = new Chromium();
const only = process.env.ONLY;

/** A test with a fresh page: nothing is remembered from another one. */
export function check(name, ...rest) {
  const body = rest.at(-1);
  const options = rest.length > 1 ? rest[0] : {};
  if (only && !name.includes(only)) return;
  test(name, { timeout: TIMEOUT }, async () => {
    const page = await Page.open(browser, given, options);
    let failed = true;
    try {
      await body(page);
      failed = false;
    } finally {
      if (failed) {
        await page.picture(`failed ${name.replace(/[^\w]+/g, "-")}`).catch(() => {});
        await page.close().catch((error) => console.error(error.message));
      }
    }
    await page.close();
  });
}

/** After the last check. */
export function stop() {
  browser.stop();
}
