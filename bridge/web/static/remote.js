// The remote: what can be judged now, two thumbs, and the ways back.

import { button, h, icon, say, mark, holdButton, whileButton } from "./dom.js";
import * as words from "./words.js";
import { state, ask, age, notify } from "./link.js";
import { answer, card, confirmation, press, undo, undoTarget } from "./card.js";
import { shown } from "./keys.js";
import { makeOffer } from "./offer.js";

const HOLD_MS = 600;
const TITLES = {
  suggestion: "Suggestion",
  move: "Rate this move",
  judged: "Rated",
  none: "Waiting for the next move",
};

/** Whether a request of this page would reach the bridge. */
const isUsable = () => state.may === "all" && state.connection === "online";

/** The two thumbs; on every screen they mean what the card shows. */
export function makeThumbs() {
  /**
   * @param {string} name
   * @param {number} value
   */
  const make = (name, value) => {
    const word = h("span", { class: "word" });
    const key = h("kbd");
    const props = { class: `thumb ${name}`, onpointerdown: press, onclick: () => answer(value) };
    return { button: button(props, icon(name), word, key), word, key };
  };
  const good = make("good", 1);
  const bad = make("bad", -1);
  function update() {
    const now = card();
    const row = state.rows.get(now.id);
    const isOpen = now.kind === "suggestion" || now.kind === "move";
    good.button.disabled = bad.button.disabled = !isUsable() || !isOpen;
    say(good.word, now.kind === "suggestion" ? "Yes, do it" : "Good");
    say(bad.word, now.kind === "suggestion" ? "No" : "Bad");
    say(good.key, shown("good"));
    say(bad.key, shown("bad"));
    const saved = now.kind === "judged" && row?.saved ? (row.reward ?? 0) : 0;
    mark(good.button, "data-lit", saved > 0);
    mark(bad.button, "data-lit", saved < 0);
  }
  return { element: h("div", { class: "thumbs" }, bad.button, good.button), update };
}

/** What the card is about, in one line. */
export function cardWords() {
  const now = card();
  const row = state.rows.get(now.id);
  if (now.suggestion) return words.typeset(now.suggestion.what);
  return row ? words.move(row) : "–";
}

/** What can be judged, and why it was moved. */
function makeJudged() {
  const kind = h("p", { class: "kind" });
  const what = h("p", { class: "what" });
  const when = h("p", { class: "when" });
  const why = h("p", { class: "why" });
  const effect = h("p", { class: "effect" });
  const element = h("div", { class: "judged", role: "group", "aria-label": "What you judge now" },
    kind, what, when, why, effect);
  function update() {
    const now = card();
    const row = state.rows.get(now.id);
    say(kind, TITLES[now.kind]);
    say(what, cardWords());
    if (now.suggestion) {
      say(when, now.suggestion.sureWords);
      say(why, now.suggestion.why);
    } else {
      say(when, row ? words.ago(age(row.heard || row.at)) : "");
      say(why, row ? row.reason : whyNothing());
    }
    say(effect, now.suggestion?.effect ?? "");
  }
  return { element, update };
}

/** Undo, before and after, freeze, panic, and what endorses the whole mix. */
function makeTools() {
  const undoKey = h("kbd");
  const undoButton = button({ class: "tool", onpointerdown: press, onclick: undo },
    icon("undo"),
    h("span", { text: "Undo" }),
    undoKey);

  const compareWord = h("span");
  const compareKey = h("kbd");
  const compare = whileButton(
    { class: "tool compare" },
    () => ask("compare", 1),
    () => ask("compare", 0),
    icon("compare"), compareWord, compareKey,
  );

  const freezeWord = h("span");
  const freezeKey = h("kbd");
  const freeze = button({ class: "tool", onclick: switchFreeze },
    icon("freeze"), freezeWord, freezeKey);

  const panicWord = h("span");
  const panicKey = h("kbd");
  const panicVerb = () => (isPanicked() ? "rearm" : "panic");
  const panic = holdButton(
    { class: "tool panic" },
    HOLD_MS,
    () => ask(panicVerb()),
    () => notify(`Hold the button for a moment to ${panicVerb()}.`),
    icon("panic"), panicWord, panicKey,
  );

  const endorseKey = h("kbd");
  const endorse = holdButton(
    { class: "tool endorse" },
    HOLD_MS,
    () => ask("endorse"),
    () => notify("Hold the button for a moment to say that this mix is as you want it."),
    icon("yes"), h("span", { text: "Hold: this mix is as I want it" }), endorseKey,
  );

  const element = h("div", { class: "tools" }, undoButton, compare, freeze, panic, endorse);

  function updateKeys() {
    say(endorseKey, shown("endorse"));
    say(undoKey, shown("undo"));
    say(compareKey, shown("compare"));
    say(freezeKey, shown("freeze"));
    say(panicKey, shown(panicVerb()));
  }

  function update() {
    const target = undoTarget();
    const isComparing = state.now?.comparing ?? false;
    const isFrozenNow = isFrozen();
    const isPanickedNow = isPanicked();
    undoButton.disabled = !isUsable() || !target;
    mark(undoButton, "title", target ? `Undo: ${words.move(target)}` : false);
    compare.disabled = !isUsable() || !(state.compare?.changed || isComparing);
    say(compareWord, isComparing ? "Before" : "Hold: before");
    mark(compare, "aria-pressed", isComparing ? "true" : "false");
    freeze.disabled = panic.disabled = !isUsable();
    endorse.disabled = !isUsable() || state.strips.length === 0 || isComparing;
    say(freezeWord, isFrozenNow ? "Unfreeze" : "Freeze");
    mark(freeze, "aria-pressed", isFrozenNow ? "true" : "false");
    say(panicWord, isPanickedNow ? "Hold: rearm" : "Hold: panic");
    mark(panic, "aria-pressed", isPanickedNow ? "true" : "false");
    updateKeys();
  }
  return { element, update };
}

/**
 * One remote; there may be two on a page (its own screen, which has a title, and beside the
 * others).
 *
 * @returns {import("./types.js").Screen}
 */
export function makeRemote(title = "") {
  const judged = makeJudged();
  const offer = title ? makeOffer() : null; // beside another screen that one has it
  const thumbs = makeThumbs();
  const heard = h("p", { class: "heard", role: "status" });
  const tools = makeTools();
  const hint = h("p", {
    class: "hint",
    text:
      "Freeze leaves the mix as it is. Panic fades it back to where the session began. " +
      "“As I want it” teaches from every track at once, and moves nothing.",
  });
  const element = h("div", { class: "remote" },
    title ? h("h1", { class: "spoken", text: title }) : null,
    judged.element,
    offer?.element,
    thumbs.element,
    heard,
    tools.element,
    hint);

  function update() {
    judged.update();
    offer?.update();
    thumbs.update();
    say(heard, confirmation() || (state.may === "look" ? "View-only link." : ""));
    tools.update();
  }
  return { element, update };
}

/** Why there is nothing to judge, for a person who looks at two grey buttons. */
function whyNothing() {
  const { facts, status, now } = state;
  if (facts.ears && status?.mode === "observe" && status.state === "online") {
    return "Press Play. The bridge begins when you listen.";
  }
  return now?.why || "Waiting for the bridge.";
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
