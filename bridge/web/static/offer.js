// An offer: up to three variants to hear and to choose from; what is there can be kept.

import { button, h, icon, mark, say } from "./dom.js";
import * as words from "./words.js";
import { state, ask, notify } from "./link.js";
import { pictureOf } from "./contents.js";
import { shown } from "./keys.js";

/** @typedef {import("./types.js").Variant} Variant */

export const MOST = 3;
const NAMES = ["A", "B", "C"];

/** The variants that wait for a pick. */
const variants = () => state.work?.variants ?? [];

/** Whether a request of this page would reach the bridge. */
const isUsable = () => state.may === "all" && state.connection === "online";

/**
 * Pick a variant by its number from 1, or keep what is there with 0.
 *
 * @param {number} number
 */
export function choose(number) {
  if (variants().length === 0) notify("Nothing is offered now; nothing was sent.");
  else if (number > variants().length) notify(`There is no variant ${NAMES[number - 1]}.`);
  else ask("choose", state.work?.offer ?? "", number);
}

/** Hear the first variant, or what was there before it. */
export function hear() {
  const [first] = variants();
  if (first) ask("audition", first.id, first.heard ? 0 : 1);
  else notify("Nothing is offered now; nothing was sent.");
}

/** The open offer as a card; hidden while there is none. */
export function makeOffer() {
  const rows = NAMES.map((name, place) => makeVariant(name, place));
  const keepKey = h("kbd");
  const keep = button({ class: "tool", onclick: () => choose(0) },
    icon("no"),
    h("span", { text: "Keep what is there" }),
    keepKey);
  const kept = h("div", { class: "kept" });
  let drawn = "";
  const title = h("h2");
  const element = h("article", { class: "card offer", hidden: true, "aria-label": "Offer" },
    title,
    h("ol", { class: "variants" }, rows.map((row) => row.element)),
    kept,
    h("div", { class: "actions" }, keep));

  /** Draw what stands there, where that is a clip with notes. */
  function drawKept() {
    const content = variants()[0]?.contents.find(({ kind, before }) => kind === "clip" && before);
    const text = content?.before ?? "";
    kept.hidden = !text;
    if (text === drawn) return;
    drawn = text;
    kept.replaceChildren();
    if (content) {
      kept.append(h("p", { text: "What is there:" }), pictureOf({ ...content, after: text }));
    }
  }

  function update() {
    const open = variants();
    element.hidden = open.length === 0;
    if (element.hidden) return;
    say(title, open.length === 1 ? "A change" : "Choose one, or keep what is there");
    drawKept();
    rows.forEach((row, place) => row.update(open[place] ?? null));
    say(keepKey, shown("keep"));
    keep.disabled = !isUsable();
  }
  return { element, update };
}

/**
 * One variant: what it changes and why; a button to hear it and one to pick it.
 *
 * @param {string} name
 * @param {number} place from 0
 */
function makeVariant(name, place) {
  const what = h("div", { class: "what" });
  const why = h("p", { class: "why" });
  const heard = h("p", { class: "legend" });
  const hearWord = h("span");
  const hearKey = h("kbd");
  const listen = button({ class: "tool", onclick: switchHearing }, icon("play"), hearWord,
    ...(place === 0 ? [hearKey] : []));
  const key = h("kbd");
  const pick = button({ class: "primary", onclick: () => choose(place + 1) },
    icon("yes"),
    h("span", { text: `Pick ${name}` }),
    key);
  const element = h("li", { class: "variant", hidden: true },
    h("h3", { class: "letter", text: name }),
    h("div", { class: "words" }, what, why, heard),
    h("div", { class: "actions" }, listen, pick));
  /** @type {Variant | null} */
  let now = null;
  let drawn = "";

  function switchHearing() {
    if (now) ask("audition", now.id, now.heard ? 0 : 1);
  }

  /** @param {Variant | null} variant */
  function update(variant) {
    now = variant;
    element.hidden = !variant;
    if (!variant) return;
    const text = JSON.stringify([variant.changes, variant.contents]);
    if (text !== drawn) {
      drawn = text;
      const lines = variant.changes.map((line) => h("p", { text: words.typeset(line) }));
      what.replaceChildren(...lines, ...variant.contents.map(pictureOf));
    }
    say(why, variant.why);
    say(heard, hearing(variant));
    const where = variant.contents.some(({ kind }) => kind === "clip") ? " over MIDI" : "";
    say(hearWord, variant.heard ? "Back to before" : `Hear ${name}${where}`);
    mark(listen, "aria-pressed", variant.heard ? "true" : "false");
    say(hearKey, shown("hear"));
    mark(element, "data-heard", variant.heard);
    say(key, shown(`pick${place + 1}`));
    listen.disabled = pick.disabled = !isUsable();
  }
  return { element, update };
}

/** @param {Variant} variant */
function hearing(variant) {
  if (variant.heard) return "You hear it now.";
  return variant.wasHeard ? "You have heard it." : "";
}
