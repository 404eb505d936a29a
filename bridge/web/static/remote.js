// The remote: what can be judged now, two thumbs, and the ways back.

import { h, icon, say, mark, holdButton, whileButton } from "./dom.js";
import * as words from "./words.js";
import { state, ask, rate, age } from "./link.js";

const PANIC_MS = 600;

/** One remote; there may be two on a page (its own screen, and beside the others). */
export function makeRemote() {
  const kind = h("p", { class: "kind" });
  const what = h("p", { class: "what" });
  const when = h("p", { class: "when" });
  const why = h("p", { class: "why" });
  const effect = h("p", { class: "effect" });
  const goodWord = h("span", { class: "word" });
  const badWord = h("span", { class: "word" });
  const good = h("button", { type: "button", class: "thumb good", onclick: () => answer(1) }, icon("good"), goodWord, h("kbd", { text: "↑" }));
  const bad = h("button", { type: "button", class: "thumb bad", onclick: () => answer(-1) }, icon("bad"), badWord, h("kbd", { text: "↓" }));
  const heard = h("p", { class: "heard" });
  const undo = h("button", { type: "button", class: "tool", onclick: () => ask("undo") }, icon("undo"), h("span", { text: "Undo" }), h("kbd", { text: "Z" }));
  const compareWord = h("span");
  const compare = whileButton({ class: "tool compare" }, () => ask("compare", 1), () => ask("compare", 0), icon("compare"), compareWord, h("kbd", { text: "B" }));
  const freezeWord = h("span");
  const freeze = h("button", { type: "button", class: "tool", onclick: () => ask("freeze", isFrozen() ? 0 : 1) }, icon("freeze"), freezeWord, h("kbd", { text: "F" }));
  const panicWord = h("span");
  const panic = holdButton({ class: "tool panic" }, PANIC_MS, () => ask(isPanicked() ? "rearm" : "panic"), icon("panic"), panicWord, h("kbd", { text: "Esc" }));
  const hint = h("p", { class: "hint", text: "Freeze leaves the mix as it is. Panic fades it back to where the session began." });

  const element = h("div", { class: "remote" },
    h("div", { class: "judged", role: "group", "aria-label": "What you judge now" }, kind, what, when, why, effect),
    h("div", { class: "thumbs" }, bad, good),
    heard,
    h("div", { class: "tools" }, undo, compare, freeze, panic),
    hint);

  function update() {
    const { now, status } = state;
    const row = now?.rating ? state.rows.get(now.rating) : null;
    const suggestion = now?.suggestion ?? null;
    const last = lastJudged();
    say(kind, suggestion ? "Suggestion" : row ? "Rating" : last ? "Judged" : "Nothing to rate");
    say(what, suggestion ? words.typeset(suggestion.what) : row ? words.move(row) : last ? words.move(last) : "–");
    say(when, row ? words.ago(age(row.heard || row.at)) : suggestion ? suggestion.sureWords : "");
    say(why, suggestion ? suggestion.why : row ? row.reason : (now?.why || "Waiting for the bridge."));
    say(effect, suggestion ? suggestion.effect : "");
    const isUsable = state.may === "all" && state.connection === "online";
    good.disabled = bad.disabled = !isUsable || !(row || suggestion);
    say(goodWord, suggestion ? "Yes, do it" : "Good");
    say(badWord, suggestion ? "No" : "Bad");
    mark(good, "data-lit", !suggestion && !row && last?.reward > 0);
    mark(bad, "data-lit", !suggestion && !row && last?.reward < 0);
    say(heard, !suggestion && !row && last ? (last.reward > 0 ? "✓ Saved: good." : "✓ Saved: bad. It goes back.") : state.may === "look" ? "This link only looks." : "");
    undo.disabled = !isUsable || !now?.undo;
    compare.disabled = !isUsable || !(state.compare?.changed || now?.comparing);
    say(compareWord, now?.comparing ? "Before" : "Hold: before");
    mark(compare, "aria-pressed", now?.comparing ? "true" : "false");
    freeze.disabled = panic.disabled = !isUsable;
    say(freezeWord, isFrozen() ? "Unfreeze" : "Freeze");
    mark(freeze, "aria-pressed", isFrozen() ? "true" : "false");
    say(panicWord, isPanicked() ? "Hold: rearm" : "Hold: panic");
    mark(panic, "aria-pressed", isPanicked() ? "true" : "false");
    void status;
  }
  return { element, update };
}

export const isFrozen = () => state.status?.state === "frozen";
export const isPanicked = () => state.status?.state === "panic";

/** The newest move, where it has been judged: the lamp is its confirmed reward. */
function lastJudged() {
  let newest = null;
  for (const row of state.rows.values()) {
    if (row.actor === "bridge" && (!newest || row.n > newest.n)) newest = row;
  }
  return newest?.reward ? newest : null;
}

/** A thumb: for a suggestion it is yes or no, for a move in the mix good or bad. */
export function answer(value) {
  const { now } = state;
  if (now?.suggestion) ask(value > 0 ? "accept" : "skip", now.suggestion.id);
  else if (now?.rating) rate(value, now.rating);
}
