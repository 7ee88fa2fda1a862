// Builds elements. Text always becomes a text node, so that no span can bring markup.

/** el("a", { class: "x", href: "/", onclick: f }, "text", child, [children], null) */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** Sets a style by the object model, which the page's security policy allows. */
export function styled(element, styles) {
  for (const [property, value] of Object.entries(styles)) element.style.setProperty(property, value);
  return element;
}

/** GETs JSON; what went wrong is an Error with `status` and the server's words. */
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
  const words = body?.errors?.[0]?.msg ?? `The backend answered ${response.status}`;
  throw Object.assign(new Error(words), { status: response.status });
}

export function count(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}
