// What is believed of a role, as a mark without colour: a ring that fills, and an arrow.

import { h, say, mark, svg } from "./dom.js";
import * as words from "./words.js";

const AROUND = 100;

/** The dimension that is known best, and how sure it is; null where nothing is. */
function surest(beliefs) {
  return Object.values(beliefs ?? {}).reduce((best, each) => (best && best.sure >= each.sure ? best : each), null);
}

/** A sentence on what is believed of a role. */
export function beliefWords(role, beliefs) {
  const best = surest(beliefs);
  if (!best) return `${role}: nothing learnt from you yet`;
  const level = beliefs.level;
  const said = level?.is_sure ? level.words : best.words;
  return `${said}; ${Math.round(100 * best.sure)} % sure`;
}

/** A ring, filled as far as the bridge is sure, and an arrow where the role is wanted louder or softer. */
export function makeBelief() {
  const fill = svg("circle", { class: "fill", cx: 8, cy: 8, r: 5.5, pathLength: AROUND, "stroke-dasharray": `0 ${AROUND}` });
  const ring = svg("svg", { class: "ring", viewBox: "0 0 16 16", role: "img" }, svg("circle", { class: "rim", cx: 8, cy: 8, r: 5.5 }), fill);
  const arrow = h("span", { class: "arrow", "aria-hidden": "true" });
  const element = h("span", { class: "belief" }, ring, arrow);
  function update(role, beliefs) {
    const best = surest(beliefs);
    mark(fill, "stroke-dasharray", `${Math.round(AROUND * (best?.sure ?? 0))} ${AROUND}`);
    const level = beliefs?.level;
    const difference = level?.is_sure ? level.you - level.average : 0;
    say(arrow, Math.abs(difference) < 0.5 ? "" : difference > 0 ? "▲" : "▼");
    mark(ring, "aria-label", words.typeset(beliefWords(role, beliefs)));
  }
  return { element, update };
}
