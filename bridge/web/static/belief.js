// What is believed of a role, as a mark without colour: a ring that fills, and an arrow.

import { h, say, mark, svg } from "./dom.js";
import * as words from "./words.js";

/** @typedef {import("./types.js").Beliefs} Beliefs */

const AROUND = 100;
const LEAST_DB = 0.5; // a smaller difference from the average listener gets no arrow

/**
 * The dimension that is known best, and how sure it is; undefined where nothing is.
 *
 * @param {Beliefs | undefined} beliefs
 */
function surest(beliefs) {
  const [first, ...others] = Object.values(beliefs ?? {});
  return others.reduce((best, each) => (best.sure >= each.sure ? best : each), first);
}

/**
 * A sentence on what is believed of a role.
 *
 * @param {string} role
 * @param {Beliefs | undefined} beliefs
 */
export function beliefWords(role, beliefs) {
  const best = surest(beliefs);
  if (!best) return `${role}: nothing learnt from you yet`;
  const level = beliefs?.level;
  const said = level?.is_sure ? level.words : best.words;
  return `${said}; ${Math.round(100 * best.sure)} % sure`;
}

/** A ring, filled as far as the bridge is sure, and an arrow: louder or softer is wanted. */
export function makeBelief() {
  const circle = { cx: 8, cy: 8, r: 5.5 };
  const rim = svg("circle", { class: "rim", ...circle });
  const fill = svg("circle", {
    class: "fill",
    ...circle,
    pathLength: AROUND,
    "stroke-dasharray": `0 ${AROUND}`,
  });
  const ring = svg("svg", { class: "ring", viewBox: "0 0 16 16", role: "img" }, rim, fill);
  const arrow = h("span", { class: "arrow", "aria-hidden": "true" });
  const element = h("span", { class: "belief" }, ring, arrow);
  /**
   * @param {string} role
   * @param {Beliefs | undefined} beliefs
   */
  function update(role, beliefs) {
    const best = surest(beliefs);
    mark(fill, "stroke-dasharray", `${Math.round(AROUND * (best?.sure ?? 0))} ${AROUND}`);
    const level = beliefs?.level;
    const difference = level?.is_sure ? level.you - level.average : 0;
    say(arrow, Math.abs(difference) < LEAST_DB ? "" : difference > 0 ? "▲" : "▼");
    mark(ring, "aria-label", words.typeset(beliefWords(role, beliefs)));
  }
  return { element, update };
}
