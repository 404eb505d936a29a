// The remote: what can be judged now, two thumbs, and the ways back.

import { h, icon, say, mark, holdButton, whileButton } from "./dom.js";
import * as words from "./words.js";
import { state, ask, age, notify } from "./link.js";
import { answer, card, confirmation, press, undo, undoTarget } from "./card.js";
import { shown } from "./keys.js";

const HOLD_MS = 600;
const TITLES = { suggestion: "Suggestion", move: "Rate this move", judged: "Rated", none: "Waiting for the next move" };

/** The two thumbs; on every screen they mean what the card shows. */
export function makeThumbs() {
  const make = (name, value) => {
    const word = h("span", { class: "word" });
    const key = h("kbd");
    const button = h("button", { type: "button", class: `thumb ${name}`, onpointerdown: press, onclick: () => answer(value) }, icon(name), word, key);
    return { button, word, key };
  };
  const good = make("good", 1);
  const bad = make("bad", -1);
  function update() {
    const now = card();
    const row = state.rows.get(now.id);
    const isUsable = state.may === "all" && state.connection === "online";
    good.button.disabled = bad.button.disabled = !isUsable || now.kind === "none" || now.kind === "judged";
    say(good.word, now.kind === "suggestion" ? "Yes, do it" : "Good");
    say(bad.word, now.kind === "suggestion" ? "No" : "Bad");
    say(good.key, shown("good"));
    say(bad.key, shown("bad"));
    mark(good.button, "data-lit", now.kind === "judged" && row?.saved && row.reward > 0);
    mark(bad.button, "data-lit", now.kind === "judged" && row?.saved && row.reward < 0);
  }
  return { element: h("div", { class: "thumbs" }, bad.button, good.button), update };
}

/** What the card is about, in one line. */
export function cardWords() {
  const now = card();
  const row = state.rows.get(now.id);
  return now.suggestion ? words.typeset(now.suggestion.what) : row ? words.move(row) : "–";
}

/** One remote; there may be two on a page (its own screen, which has a title, and beside the others). */
export function makeRemote(title = "") {
  const kind = h("p", { class: "kind" });
  const what = h("p", { class: "what" });
  const when = h("p", { class: "when" });
  const why = h("p", { class: "why" });
  const effect = h("p", { class: "effect" });
  const thumbs = makeThumbs();
  const heard = h("p", { class: "heard", role: "status" });
  const undoKey = h("kbd");
  const undoButton = h("button", { type: "button", class: "tool", onpointerdown: press, onclick: undo }, icon("undo"), h("span", { text: "Undo" }), undoKey);
  const compareWord = h("span");
  const compareKey = h("kbd");
  const compare = whileButton({ class: "tool compare" }, () => ask("compare", 1), () => ask("compare", 0), icon("compare"), compareWord, compareKey);
  const freezeWord = h("span");
  const freezeKey = h("kbd");
  const freeze = h("button", { type: "button", class: "tool", onclick: switchFreeze }, icon("freeze"), freezeWord, freezeKey);
  const panicWord = h("span");
  const panicKey = h("kbd");
  const panic = holdButton({ class: "tool panic" }, HOLD_MS, () => ask(isPanicked() ? "rearm" : "panic"),
    () => notify(`Hold the button for a moment to ${isPanicked() ? "rearm" : "panic"}.`), icon("panic"), panicWord, panicKey);
  const endorseKey = h("kbd");
  const endorse = holdButton({ class: "tool endorse" }, HOLD_MS, () => ask("endorse"),
    () => notify("Hold the button for a moment to say that this mix is as you want it."), icon("yes"), h("span", { text: "Hold: this mix is as I want it" }), endorseKey);
  const hint = h("p", { class: "hint", text: "Freeze leaves the mix as it is. Panic fades it back to where the session began. “As I want it” teaches from every track at once, and moves nothing." });

  const element = h("div", { class: "remote" }, title ? h("h1", { class: "spoken", text: title }) : null,
    h("div", { class: "judged", role: "group", "aria-label": "What you judge now" }, kind, what, when, why, effect),
    thumbs.element,
    heard,
    h("div", { class: "tools" }, undoButton, compare, freeze, panic, endorse),
    hint);

  function update() {
    const { now } = state;
    const shownNow = card();
    const row = state.rows.get(shownNow.id);
    const suggestion = shownNow.suggestion ?? null;
    say(kind, TITLES[shownNow.kind]);
    say(what, cardWords());
    say(when, suggestion ? suggestion.sureWords : row ? words.ago(age(row.heard || row.at)) : "");
    say(why, suggestion ? suggestion.why : row ? row.reason : whyNothing());
    say(effect, suggestion ? suggestion.effect : "");
    thumbs.update();
    say(heard, confirmation() || (state.may === "look" ? "View-only link." : ""));
    const isUsable = state.may === "all" && state.connection === "online";
    const target = undoTarget();
    undoButton.disabled = !isUsable || !target;
    mark(undoButton, "title", target ? `Undo: ${words.move(target)}` : false);
    compare.disabled = !isUsable || !(state.compare?.changed || now?.comparing);
    say(compareWord, now?.comparing ? "Before" : "Hold: before");
    mark(compare, "aria-pressed", now?.comparing ? "true" : "false");
    freeze.disabled = panic.disabled = !isUsable;
    endorse.disabled = !isUsable || state.strips.length === 0 || Boolean(now?.comparing);
    say(freezeWord, isFrozen() ? "Unfreeze" : "Freeze");
    mark(freeze, "aria-pressed", isFrozen() ? "true" : "false");
    say(panicWord, isPanicked() ? "Hold: rearm" : "Hold: panic");
    mark(panic, "aria-pressed", isPanicked() ? "true" : "false");
    for (const [key, action] of [[endorseKey, "endorse"], [undoKey, "undo"], [compareKey, "compare"], [freezeKey, "freeze"], [panicKey, isPanicked() ? "rearm" : "panic"]]) say(key, shown(action));
  }
  return { element, update };
}

/** Why there is nothing to judge, for a person who looks at two grey buttons. */
function whyNothing() {
  if (state.facts.ears && state.status?.mode === "observe" && state.status.state === "online") return "Press Play. The bridge begins when you listen.";
  return state.now?.why || "Waiting for the bridge.";
}

export const isFrozen = () => state.status?.state === "frozen";
export const isPanicked = () => state.status?.state === "panic";

const ANSWERED_MS = 1000;
let wanted = { on: false, until: -Infinity };
/** Freeze or unfreeze; a second press before the bridge has answered the first one undoes it. */
export function switchFreeze() {
  const now = performance.now();
  const on = now < wanted.until ? !wanted.on : !isFrozen();
  wanted = { on, until: now + ANSWERED_MS };
  ask("freeze", on ? 1 : 0);
}
