// Asks the query API.

/** GETs JSON; what went wrong is an Error with `status` (none if nobody answers) and the server's words. */
export async function getJson(url) {
  let response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" } });
  } catch {
    throw new Error("The backend does not answer. Is it still running?");
  }
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy or another program may answer with anything.
  }
  if (response.ok && body !== null) return body;
  const words = body?.errors?.[0]?.msg ?? `The backend answered ${response.status}.`;
  throw Object.assign(new Error(words), { status: response.status });
}
