// Whether the watch over all pages sees what must not happen on them.

import { check } from "./check.mjs";

check("messages, exceptions, dialogs, foreign addresses and broken rules are seen", async (page) => {
  await page.goto("/search");
  const provoke = async (work, pattern) => {
    await page.evaluate(work);
    await page.fault(pattern);
  };
  await provoke(() => console.warn("careful"), /^console\.warning: careful/);
  await provoke(() => void setTimeout(() => undefined.x), /^exception: TypeError/);
  await provoke(() => void setTimeout(() => alert("here")), /^dialog: here/);
  await provoke(() => {
    document.body.append(document.createElement("div"));
    document.body.lastChild.setAttribute("onclick", "1");
  }, /^security error: Executing inline event handler/);
  await provoke(() => {
    document.body.lastChild.setAttribute("style", "color: red");
  }, /^security error: Applying inline style/);
  await provoke(() => void fetch("http://127.0.0.1:9/").catch(() => {}), /^security error: Connecting to/);
  await page.fault(/Fetch API cannot load/);
});

check("and a request to elsewhere, even where the rules would let it go", async (page) => {
  await page.call("Page.setBypassCSP", { enabled: true });
  await page.goto("/search");
  page.allow(/Failed to load resource|blocked by CORS/);
  await page.evaluate(() => {
    document.body.append(document.createElement("img"));
    document.body.lastChild.src = "http://elsewhere.example/picture.png";
  });
  await page.fault(/^asks elsewhere: http:\/\/elsewhere\.example\/picture\.png/);
});
