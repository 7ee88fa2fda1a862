// Runs all checks of the page. It ends when its input does: it never outlives the Rust test that started it.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { given, stop } from "./check.mjs";

process.stdin.resume().on("end", () => process.exit(1));
process.stdin.on("error", () => process.exit(1));

after(() => {
  stop();
  process.stdin.destroy();
});

// What failed last time is not to be taken for what fails now.
if (existsSync(given.pictures)) {
  const old = readdirSync(given.pictures).filter((name) => name.startsWith("failed "));
  for (const name of old) rmSync(join(given.pictures, name));
}

await import("./watch-check.mjs");
await import("./timeline.mjs");
await import("./keyboard.mjs");
await import("./detail.mjs");
await import("./search.mjs");
await import("./dependencies.mjs");
await import("./hostile.mjs");
await import("./themes.mjs");
