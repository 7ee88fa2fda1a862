// Runs all checks of the page. It ends when its input does: it never outlives the Rust test that started it.

import { after } from "node:test";
import { stop } from "./check.mjs";

process.stdin.resume().on("end", () => process.exit(1));
process.stdin.on("error", () => process.exit(1));

after(() => {
  stop();
  process.stdin.destroy();
});

await import("./timeline.mjs");
await import("./keyboard.mjs");
await import("./detail.mjs");
await import("./search.mjs");
await import("./dependencies.mjs");
await import("./hostile.mjs");
await import("./themes.mjs");
