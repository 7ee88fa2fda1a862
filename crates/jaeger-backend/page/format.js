// Times and durations, from microseconds to text.

export function duration(us) {
  if (us < 0) return `-${duration(-us)}`;
  if (us < 1e3) return `${us}µs`;
  if (us < 1e6) return `${digits(us / 1e3)}ms`;
  if (us < 60e6) return `${digits(us / 1e6)}s`;
  const seconds = Math.round(us / 1e6);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}

function digits(value) {
  return String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));
}

export function dateTime(us) {
  const date = new Date(us / 1e3);
  if (Number.isNaN(date.getTime())) return `${us}µs since 1970`;
  const pad = (number, width = 2) => String(number).padStart(width, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}

export function age(us) {
  const seconds = (Date.now() - us / 1e3) / 1e3;
  if (seconds < -5) return "in the future";
  if (seconds < 5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)}s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}m ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)}h ago`;
  return `${Math.round(seconds / 86400)}d ago`;
}

export function bytes(number) {
  if (number < 1024) return `${number} B`;
  if (number < 1048576) return `${(number / 1024).toFixed(0)} KiB`;
  return `${(number / 1048576).toFixed(number < 10485760 ? 1 : 0)} MiB`;
}

/** The first digits that tell something. */
export const shortId = (id) => id.replace(/^0+(?=.)/, "").slice(0, 7);
