// Times, durations and texts of spans, for people.

/** Microseconds with the unit that fits. */
export function duration(us) {
  if (us < 0) return `−${duration(-us)}`;
  if (us < 1e3) return `${digits(us)}µs`;
  if (us < 999.5e3) return `${digits(us / 1e3)}ms`;
  if (us < 60e6) return `${digits(us / 1e6)}s`;
  const seconds = Math.round(us / 1e6);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86400)}d ${Math.floor((seconds % 86400) / 3600)}h`;
}

/** The same, told apart from what is a step before and after. */
export function durationTo(us, step) {
  const usual = duration(us);
  if (us === 0 || (us >= 60e6 && duration(us - step) !== usual && duration(us + step) !== usual)) return usual;
  const [unit, sign] = us < 1e3 ? [1, "µs"] : us < 999.5e3 ? [1e3, "ms"] : [1e6, "s"];
  const decimals = Math.min(Math.max(Math.ceil(Math.log10(unit / step)), 0), 9);
  return `${Number((us / unit).toFixed(decimals))}${sign}`;
}

function digits(value) {
  return String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));
}

/** The reader's local time, to the millisecond. */
export function dateTime(us) {
  const date = new Date(us / 1e3);
  if (Number.isNaN(date.getTime())) return `${us}µs since 1970`;
  const day = date.toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
  const time = date.toLocaleTimeString(undefined, {
    hour12: false,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
  return `${day}, ${time}`;
}

export function age(us) {
  const seconds = (Date.now() - us / 1e3) / 1e3;
  if (Number.isNaN(seconds)) return "";
  if (seconds < -5) return "in the future";
  if (seconds < 5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)}s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}m ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)}h ago`;
  return `${Math.round(seconds / 86400).toLocaleString()}d ago`;
}

export function bytes(number) {
  if (number < 1024) return `${number} B`;
  if (number < 1048576) return `${(number / 1024).toFixed(0)} KiB`;
  return `${(number / 1048576).toFixed(number < 10485760 ? 1 : 0)} MiB`;
}

export function count(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first digits that tell something. */
export const shortId = (id) => id.replace(/^0+(?=.)/, "").slice(0, 7);

/** Characters that would be invisible, or would reorder the text around them, become pictures of themselves. */
export function printable(text) {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (char) =>
      String.fromCharCode(0x2400 + char.charCodeAt(0)),
    )
    .replace(
      /[\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
      (char) => `⟨${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    );
}
