// A search as the address has it, as the form shows it, and as the query API wants it.
//
// The address is the one of Jaeger's own search page, so that links made for that page work here:
// ?service=&operation=&tags={"key":"value"}&lookback=1h&limit=20&minDuration=&maxDuration=&start=&end=

import { quoted, splitWords } from "./words.js";

export const DEFAULTS = { lookback: "1h", limit: "20" };

/** What the form offers, with its length in seconds. */
export const LOOKBACKS = [
  ["5m", "Last 5 minutes", 300],
  ["15m", "Last 15 minutes", 900],
  ["1h", "Last hour", 3600],
  ["2h", "Last 2 hours", 7200],
  ["3h", "Last 3 hours", 10800],
  ["6h", "Last 6 hours", 21600],
  ["12h", "Last 12 hours", 43200],
  ["24h", "Last 24 hours", 86400],
  ["2d", "Last 2 days", 172800],
  ["1w", "Last week", 604800],
  ["all", "All times", null],
  ["custom", "From … to …", null],
];

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** The fields of the form, as texts. */
export function readAddress(params) {
  const text = (name) => params.get(name) ?? "";
  const hasTimes = /^\d+$/.test(text("start")) || /^\d+$/.test(text("end"));
  return {
    service: text("service"),
    operation: text("operation"),
    tags: tagsOf(params),
    // A link with times means those times, whatever else it says: whoever opens it sees what was seen.
    lookback: hasTimes ? "custom" : text("lookback") || DEFAULTS.lookback,
    from: localTime(text("start"), Math.floor),
    to: localTime(text("end"), Math.ceil),
    minDuration: text("minDuration"),
    maxDuration: text("maxDuration"),
    limit: text("limit") || DEFAULTS.limit,
  };
}

export function writeAddress(fields) {
  const params = new URLSearchParams();
  const put = (name, value) => value && params.set(name, value);
  put("service", fields.service);
  put("operation", fields.operation);
  if (fields.tags.trim()) params.set("tags", tagsJson(fields.tags));
  put("lookback", fields.lookback);
  if (fields.lookback === "custom") {
    put("start", microseconds(fields.from));
    put("end", microseconds(fields.to));
  }
  for (const name of ["minDuration", "maxDuration", "limit"]) put(name, fields[name].trim());
  return params;
}

/** What `/api/traces` is asked. */
export function apiQuery(fields, now = Date.now()) {
  const params = writeAddress(fields);
  params.delete("lookback");
  const seconds = secondsOf(fields.lookback);
  if (seconds !== null) params.set("start", String(Math.round((now - seconds * 1000) * 1000)));
  return params;
}

/** The address that finds the traces of a service. */
export function searchFor(service) {
  return `/search?${new URLSearchParams({ service, lookback: "all", limit: DEFAULTS.limit })}`;
}

/** Links may ask for a lookback that the form does not offer. */
export function secondsOf(lookback) {
  const [, number, unit] = lookback.match(/^(\d+)([smhdw])$/) ?? [];
  return number ? Number(number) * SECONDS[unit] : null;
}

/** `key=value` pairs as a JSON object of texts. A JSON object is taken as it is. */
export function tagsJson(text) {
  if (text.trim().startsWith("{")) return text.trim();
  const pairs = splitWords(text).map(({ key, value, word }) => {
    if (key === null) throw new Error(`Tags are written key=value, but this is not: ${word}`);
    return [key, value];
  });
  return JSON.stringify(Object.fromEntries(pairs));
}

function tagsOf(params) {
  const texts = params.getAll("tags").map((json) => {
    try {
      return Object.entries(JSON.parse(json))
        .map(([key, value]) => `${quoted(key)}=${quoted(String(value))}`)
        .join(" ");
    } catch {
      return json;
    }
  });
  const pairs = params.getAll("tag").map((tag) => {
    const [key, ...rest] = tag.split(":");
    return `${quoted(key)}=${quoted(rest.join(":"))}`;
  });
  return [...texts, ...pairs].filter(Boolean).join(" ");
}

/** Microseconds as a field for date and time has them. */
function localTime(us, round) {
  if (!/^\d+$/.test(us)) return "";
  const date = new Date(round(Number(us) / 1e6) * 1000);
  if (Number.isNaN(date.getTime())) return "";
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60000);
  return local.toISOString().slice(0, 19);
}

function microseconds(localText) {
  const time = new Date(localText).getTime();
  return Number.isNaN(time) ? "" : String(time * 1000);
}
