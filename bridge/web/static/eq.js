// The EQ of a strip as a small curve: each band's share of ten octaves comes from the bridge.

import { mark, svg } from "./dom.js";
import { state } from "./link.js";

/** @typedef {import("./types.js").Values} Values */
/** @typedef {[number, number]} Point */

const SPAN_DB = 15;

/**
 * Points of the curve that four band gains make, in a box of `width` by `height`.
 *
 * @param {Values} gains
 * @param {number} width
 * @param {number} height
 * @returns {Point[]}
 */
function points(gains, width, height) {
  const shape = state.facts.eqShape;
  const octaves = shape[0].length;
  return shape[0].map((_, octave) => {
    const db = shape.reduce((sum, band, i) => sum + band[octave] * (gains[i] ?? 0), 0);
    const y = height * (0.5 - Math.max(-SPAN_DB, Math.min(SPAN_DB, db)) / (2 * SPAN_DB));
    return [(octave / (octaves - 1)) * width, y];
  });
}

/** @param {Point} point */
const spot = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
const middle = ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2];

/**
 * A smooth line through the points, from the first to the last.
 *
 * @param {Point[]} list
 */
function line(list) {
  const [last] = list.slice(-1);
  const bends = list.slice(1).map((to, i) => `Q${spot(list[i])} ${spot(middle(list[i], to))}`);
  return `${bends.join("")}L${spot(last)}`;
}

/**
 * A curve with how far the bridge may bend it, and how it was when the session began.
 *
 * @param {number} width
 * @param {number} height
 */
export function makeCurve(width, height) {
  const zone = svg("path", { class: "zone" });
  const flat = svg("path", { class: "flat", d: `M0 ${height / 2}H${width}` });
  const notch = svg("path", { class: "notch" });
  const curve = svg("path", { class: "curve" });
  const viewBox = `0 0 ${width} ${height}`;
  const element = svg("svg", { class: "eq", viewBox, preserveAspectRatio: "none", role: "img" },
    zone, flat, notch, curve);
  let drawn = "";
  /**
   * Draw the gains of the four bands, dB.
   *
   * @param {Values} values
   * @param {Values} low
   * @param {Values} high
   * @param {Values} start
   * @param {string} label
   */
  function update(values, low, high, start, label) {
    const key = `${values}|${low}|${high}|${start}|${label}`;
    if (key === drawn || state.facts.eqShape.length === 0) return;
    drawn = key;
    mark(element, "aria-label", label);
    const isThere = values.some((value) => value !== null && value !== undefined);
    mark(element, "data-empty", !isThere);
    if (!isThere) return;
    /** @param {Values} gains */
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
