// The EQ of a strip as a small curve: each band's share of ten octaves comes from the bridge.

import { mark, svg } from "./dom.js";
import { state } from "./link.js";

const SPAN_DB = 15;

/** Points of the curve that four band gains make, in a box of `width` by `height`. */
function points(gains, width, height) {
  const shape = state.facts.eqShape ?? [];
  const octaves = shape[0]?.length ?? 0;
  return Array.from({ length: octaves }, (_, octave) => {
    const db = shape.reduce((sum, band, i) => sum + band[octave] * (gains[i] ?? 0), 0);
    const y = height * (0.5 - Math.max(-SPAN_DB, Math.min(SPAN_DB, db)) / (2 * SPAN_DB));
    return [(octave / (octaves - 1)) * width, y];
  });
}

const spot = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const middle = ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2];

/** A smooth line through the points, from the first to the last. */
function line(list) {
  const parts = list.slice(1).map((point, i) => `Q${spot(list[i])} ${spot(middle(list[i], point))}`);
  return `${parts.join("")}L${spot(list.at(-1))}`;
}

/** A curve with how far the bridge may bend it, and how it was when the session began. */
export function makeCurve(width, height) {
  const zone = svg("path", { class: "zone" });
  const notch = svg("path", { class: "notch" });
  const curve = svg("path", { class: "curve" });
  const element = svg("svg", { class: "eq", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img" },
    zone, svg("path", { class: "flat", d: `M0 ${height / 2}H${width}` }), notch, curve);
  let drawn = "";
  /** `values`, `low`, `high` and `start` are the gains of the four bands, dB. */
  function update(values, low, high, start, label) {
    const key = `${values}|${low}|${high}|${start}|${label}`;
    if (key === drawn || !state.facts.eqShape) return;
    drawn = key;
    mark(element, "aria-label", label);
    const isThere = values.some((value) => value !== null && value !== undefined);
    mark(element, "data-empty", !isThere);
    if (!isThere) return;
    const box = (gains) => points(gains, width, height);
    const now = box(values);
    mark(curve, "d", `M${spot(now[0])}${line(now)}`);
    const then = box(start);
    mark(notch, "d", `M${spot(then[0])}${line(then)}`);
    const [top, bottom] = [box(high), box(low).reverse()];
    mark(zone, "d", `M${spot(top[0])}${line(top)}L${spot(bottom[0])}${line(bottom)}Z`);
  }
  return { element, update };
}
