// The card: what can be judged, what was just judged, and what a finger is on.
//
// An answer names the move that was on the card when the finger came down. Then the card stays on
// that move for a moment, says "noted", and "saved" when it is on disk; no other move slides under
// the finger meanwhile, and a second press is no second answer.

import * as words from "./words.js";
import { state, ask, rate, notify, redraw } from "./link.js";

/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Suggestion} Suggestion */

/**
 * @typedef {object} Card
 * @property {"suggestion" | "move" | "judged" | "none"} kind
 * @property {string} id of the move; empty where there is none
 * @property {Suggestion} [suggestion]
 */

/**
 * An answer that was given here.
 *
 * @typedef {object} Judged
 * @property {"suggestion" | "move"} kind
 * @property {string} id
 * @property {number} value
 * @property {number} at `performance.now()`
 */

const STAY_MS = 2000;
const CLICK_MS = 400; // a click comes so soon after its finger was lifted

/** @type {Judged | null} */
let judged = null;
/**
 * The card under a finger.
 *
 * @type {Card | null}
 */
let pressed = null;
let releaseTimer = 0;

/**
 * What is offered by the bridge now: a suggestion, a move, or nothing.
 *
 * @returns {Card}
 */
function offered() {
  const suggestion = state.now?.suggestion;
  if (suggestion) return { kind: "suggestion", id: suggestion.id, suggestion };
  const row = state.now?.rating ? state.rows.get(state.now.rating) : null;
  if (row && row.id !== judged?.id) return { kind: "move", id: row.id };
  return { kind: "none", id: "" };
}

/** The answer on which the card stays for a moment; null where there is none. */
function fresh() {
  return judged !== null && performance.now() - judged.at < STAY_MS ? judged : null;
}

/**
 * What the card shows.
 *
 * @returns {Card}
 */
export function card() {
  if (pressed) return pressed;
  const mine = fresh();
  if (mine) return { kind: "judged", id: mine.id };
  const next = offered();
  if (next.kind !== "none") return next;
  const last = newestMade();
  return last?.reward ? { kind: "judged", id: last.id } : next;
}

/** The newest move that was made; older ones are never offered by themselves. */
function newestMade() {
  /** @type {Row | null} */
  let newest = null;
  for (const row of state.rows.values()) {
    if (row.actor === "bridge" && row.heard && (!newest || row.n > newest.n)) newest = row;
  }
  return newest;
}

/** A finger came down on a thumb: from now on it means this card. */
export function press() {
  clearTimeout(releaseTimer);
  pressed = card();
}

/** The finger has left; a click may still come. */
export function release() {
  if (!pressed) return;
  clearTimeout(releaseTimer);
  releaseTimer = setTimeout(() => {
    pressed = null;
    redraw("now");
  }, CLICK_MS);
}
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, release);

/**
 * A thumb: for a suggestion it is yes or no, for a move in the mix good or bad.
 *
 * @param {number} value
 */
export async function answer(value) {
  const meant = card();
  clearTimeout(releaseTimer);
  pressed = null;
  if (meant.kind === "judged" || fresh()) {
    const known = judged?.value ?? state.rows.get(meant.id)?.reward ?? value;
    if (Math.sign(known) !== Math.sign(value)) {
      notify("You have rated this move already. Undo takes a move back.");
    }
    return;
  }
  if (meant.kind === "none") {
    notify("There is nothing to rate now; nothing was sent.");
    return;
  }
  const mine = { kind: meant.kind, id: meant.id, value, at: performance.now() };
  judged = mine;
  redraw("now");
  setTimeout(() => redraw("now"), STAY_MS + 20);
  const error = await send(mine);
  if (error) {
    if (judged === mine) judged = null; // it may be answered again
    redraw("now");
  }
}

/**
 * Send an answer; returns why it was refused, or nothing.
 *
 * @param {Judged} mine
 */
function send({ kind, id, value }) {
  if (kind === "move") return rate(value, id);
  return ask(value > 0 ? "accept" : "skip", id);
}

/** That the mix was endorsed, for a moment after the bridge has said so. */
function endorsed() {
  const { noticed, facts } = state;
  if (!noticed || noticed.text !== facts.endorsed) return "";
  return performance.now() - noticed.at < STAY_MS ? "✓ Noted: this mix is as you want it." : "";
}

/** What became of the answer on the card: noted, then saved; empty where there is none. */
export function confirmation() {
  const whole = endorsed();
  if (whole) return whole;
  const shown = card();
  if (shown.kind !== "judged") return "";
  const row = state.rows.get(shown.id);
  const mine = judged?.id === shown.id ? judged : null;
  if (mine?.kind === "suggestion" && (row?.reward ?? null) === null) {
    if (mine.value < 0) return row?.state === "skipped" ? "✓ No: skipped." : "No noted …";
    return row?.heard ? "✓ Yes: it is made." : "Yes noted …";
  }
  const value = row?.reward ?? mine?.value ?? 0;
  if (!row?.saved) return `${value > 0 ? "Good" : "Bad"} noted …`;
  if (value > 0) return "✓ Good saved.";
  if (row.state === "reverted") return "✓ Bad saved: taken back.";
  return row.stands ? "✓ Bad saved. The move stays where it is." : "✓ Bad saved.";
}

/** Take back what the card shows, or else the newest move that stands. */
export function undoTarget() {
  const shown = state.rows.get(card().id);
  return shown?.stands ? shown : (state.rows.get(state.now?.undo ?? "") ?? null);
}

export function undo() {
  const row = undoTarget();
  if (!row) {
    notify("There is no move of the bridge to undo.");
    return;
  }
  notify(`Undo: ${words.move(row)}`);
  ask("undo", row.id);
}
