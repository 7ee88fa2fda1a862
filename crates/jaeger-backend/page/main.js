// Decides by the path what is shown.

import { showDependencies } from "./dependencies.js";
import { showSearch } from "./search.js";
import { startThemeSwitch } from "./theme.js";
import { showTrace } from "./trace.js";

const main = document.getElementById("main");

function show() {
  const id = location.pathname.match(/^\/trace\/([^/]+)$/)?.[1];
  const here = id ? "" : location.pathname === "/dependencies" ? "/dependencies" : "/search";
  for (const link of document.querySelectorAll(".top nav a")) {
    if (link.getAttribute("href") === here) link.setAttribute("aria-current", "page");
  }
  if (id) showTrace(main, decode(id));
  else if (here === "/dependencies") showDependencies(main);
  else showSearch(main);
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

document.getElementById("lookup").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = document.getElementById("lookup-id").value.trim();
  if (id) location.assign(`/trace/${encodeURIComponent(id)}`);
});

// Only searches change the address without loading the page.
window.addEventListener("popstate", () => {
  if (location.pathname === "/search" || location.pathname === "/") show();
});
startThemeSwitch(document.getElementById("theme"));
show();
