// Decides by the path what is shown.

import { showSearch } from "./search.js";
import { showTrace } from "./timeline.js";

const main = document.getElementById("main");

function show() {
  const id = location.pathname.match(/^\/trace\/([^/]+)$/)?.[1];
  if (id) showTrace(main, decode(id));
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

window.addEventListener("popstate", () => {
  if (!location.pathname.startsWith("/trace/")) show();
});
show();
