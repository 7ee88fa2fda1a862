// Builds elements. Text always becomes a text node, so that no span can bring markup.

import { printable } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

/** el("a", { class: "x", href: "/", onclick: f }, "text", child, [children], null) */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for a part of a picture. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : printable(String(child)));
  }
  return element;
}

/** A button that does something at once. */
export function button(text, attributes, onclick) {
  return el("button", { type: "button", ...attributes, onclick }, text);
}

/** Sets a style by the object model, which the page's security policy allows. */
export function styled(element, styles) {
  for (const [property, value] of Object.entries(styles)) element.style.setProperty(property, value);
  return element;
}

/** A name that a sender chose: it may read from right to left, and must not turn its neighbours around. */
export function name(text, attributes = {}) {
  return el("bdi", attributes, text.length > 300 ? `${text.slice(0, 300)}…` : text);
}

/** A service with its colour; the number says how many spans it made. */
export function pill(service, { colour, spans, errors = 0 }) {
  return el(
    "li",
    { class: `pill paint-${colour}`, title: service.length > 40 ? service.slice(0, 2000) : null },
    name(service),
    " ",
    el("b", {}, spans.toLocaleString()),
    errors > 0 && el("span", { class: "errors", title: `${errors} with an error` }, `!${errors}`),
  );
}
