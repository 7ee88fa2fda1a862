// When the found traces happened and how long they took, as a picture: what stands out is seen at once.

import { svg } from "./dom.js";
import { count, dateTime, duration } from "./format.js";

const HEIGHT = 120;
const MARGIN = { left: 64, right: 16, top: 10, bottom: 22 };

export function scatter(traces) {
  const picture = svg("svg", {
    class: "scatter",
    role: "img",
    "aria-label": `Durations of ${count(traces.length, "trace")} over time`,
  });
  new ResizeObserver(() => draw(picture, traces)).observe(picture);
  return picture;
}

function draw(picture, traces) {
  const width = picture.clientWidth;
  if (width === 0) return;
  picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const starts = traces.map((trace) => trace.start);
  const [first, last] = [starts.reduce((a, b) => Math.min(a, b)), starts.reduce((a, b) => Math.max(a, b))];
  const longest = traces.reduce((most, trace) => Math.max(most, trace.duration), 1);
  const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = (us) =>
    last > first
      ? MARGIN.left + ((us - first) / (last - first)) * (right - MARGIN.left)
      : (MARGIN.left + right) / 2;
  const y = (us) => bottom - (us / longest) * (bottom - MARGIN.top);
  const text = (content, attributes) => svg("text", attributes, content);
  const shortTime = (us) => dateTime(us).replace(/[.,]\d{3}$/, "");
  picture.replaceChildren(
    svg("path", { class: "axis", d: `M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}` }),
    text(duration(longest), { x: MARGIN.left - 6, y: MARGIN.top + 6, "text-anchor": "end" }),
    text("0", { x: MARGIN.left - 6, y: bottom, "text-anchor": "end" }),
    text(shortTime(first), { x: MARGIN.left, y: HEIGHT - 6 }),
    last > first ? text(shortTime(last), { x: right, y: HEIGHT - 6, "text-anchor": "end" }) : "",
    ...traces.map((trace) => dot(trace, x(trace.start), y(trace.duration))),
  );
}

/** Area by spans. A trace with errors has another shape too, not only another colour. */
function dot(trace, x, y) {
  const size = Math.min(3 + Math.sqrt(trace.nodes.length) / 2, 12);
  const told =
    `${trace.root.service}: ${trace.root.operation}`.slice(0, 200) +
    ` – ${duration(trace.duration)}, ${count(trace.nodes.length, "span")}`;
  const shape =
    trace.errors > 0
      ? svg("path", {
          class: "failed",
          d: `M${x} ${y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z`,
        })
      : svg("circle", { cx: x, cy: y, r: size });
  return svg("a", { href: `/trace/${trace.id}`, tabindex: -1 }, shape, svg("title", {}, told));
}
