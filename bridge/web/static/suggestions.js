// Suggestions: one at a time, so that a listener knows what they hear.

import { button, h, icon, say, mark, whileButton } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";
import { isMix, makeWork } from "./work.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Suggestion} Suggestion */

const PAST = 8;

/** @returns {import("./types.js").Screen} */
export function makeSuggestions() {
  const id = () => state.now?.suggestion?.id ?? "";
  const never = makeNever();
  const work = makeWork();

  const what = h("p", { class: "what" });
  const why = h("p", { class: "why" });
  const effect = h("p", { class: "effect" });
  const sureWords = h("span");
  const sure = h("meter", { min: 0, max: 1, "aria-label": "How sure" });

  const auditionWord = h("span");
  const audition = whileButton(
    { class: "tool" },
    () => ask("audition", id(), 1),
    () => ask("audition", id(), 0),
    icon("play"), auditionWord,
  );
  const accept = button({ class: "primary", onclick: () => ask("accept", id()) },
    icon("yes"),
    h("span", { text: "Accept" }));
  const skip = button({ class: "tool", onclick: () => ask("skip", id()) },
    icon("no"),
    h("span", { text: "Skip" }));

  const card = h("article", { class: "card suggestion" },
    what,
    why,
    effect,
    h("p", { class: "sure" }, h("span", { text: "How sure: " }), sureWords, sure),
    h("div", { class: "actions" }, accept, audition, skip, never.button));
  const empty = h("p", { class: "empty" });
  const toSuggest = button({
    class: "tool",
    text: "Ask me first (mode suggest)",
    onclick: () => ask("mode", "suggest"),
  });
  const past = h("ol", { class: "past" });
  const element = h("section", { class: "suggestions" },
    h("h1", { text: "Suggestions" }),
    work.element,
    never.line,
    card,
    empty,
    toSuggest,
    h("h2", { text: "Recent suggestions" }),
    past);

  /** @param {Changed} changed */
  function update(changed) {
    const suggestion = state.now?.suggestion ?? null;
    const isAsking = state.status?.mode === "suggest";
    work.update();
    card.hidden = !suggestion || !isMix();
    empty.hidden = Boolean(suggestion) || !isMix();
    toSuggest.hidden = Boolean(suggestion) || isAsking || state.may !== "all";
    if (suggestion) updateCard(suggestion);
    else if (isAsking) say(empty, state.now?.why || "Listening.");
    else say(empty, `In mode ${state.status?.mode ?? "…"} the bridge does not ask.`);
    if (changed.has("rows")) updatePast();
  }

  /** @param {Suggestion} suggestion */
  function updateCard(suggestion) {
    const isPlaying = state.now?.auditioned ?? false;
    say(what, words.typeset(suggestion.what));
    say(why, suggestion.why);
    say(effect, suggestion.effect);
    say(sureWords, suggestion.sureWords);
    sure.value = suggestion.sure;
    say(auditionWord, isPlaying ? "Playing it" : "Hold to audition");
    mark(audition, "aria-pressed", isPlaying ? "true" : "false");
    never.update(suggestion);
    for (const each of [accept, audition, skip, never.button]) each.disabled = state.may !== "all";
  }

  function updatePast() {
    const rows = [...state.rows.values()]
      .filter((row) => row.suggested && row.state !== "proposed")
      .sort((a, b) => b.n - a.n)
      .slice(0, PAST);
    past.replaceChildren(...rows.map(pastLine));
    if (rows.length === 0) past.append(h("li", { text: "None yet." }));
  }
  return { element, update };
}

/** @param {Row} row */
function pastLine(row) {
  const isClip = row.param.startsWith("clip "); // its notes are not kept here
  const what = isClip ? `${row.track}: ${row.reason}` : words.move(row);
  return h("li", {},
    h("span", { class: "what", text: what }),
    h("span", { class: "state", text: words.became(row) }));
}

/**
 * What a suggestion moves: a class of a track's parameters.
 *
 * @param {Suggestion} suggestion
 */
const moved = ({ track, class: group }) => `${track} ${state.facts.schema.classes[group]}`;

/** The button that makes Safe what is suggested, and the line that says so and takes it back. */
function makeNever() {
  const word = h("span");
  const never = button({ class: "tool", onclick: forbid }, icon("lock"), word);
  const madeSafe = h("p", { class: "done", role: "status" });
  const allow = button({ class: "small", text: "Undo", onclick: () => setSafe(0) });
  const line = h("div", { class: "actions safeline", hidden: true }, madeSafe, allow);
  /** @type {Suggestion | null} */
  let forbidden = null;

  async function forbid() {
    forbidden = state.now?.suggestion ?? null;
    if (!forbidden) return;
    await ask("skip", forbidden.id);
    await setSafe(1);
  }

  /** @param {0 | 1} on */
  async function setSafe(on) {
    if (!forbidden) return;
    const what = moved(forbidden);
    const error = await ask("safe", String(forbidden.number), forbidden.class, on);
    const done = on
      ? `${what} is Safe now: the bridge leaves it alone. The Desk has its switch.`
      : `${what} is not Safe any more.`;
    say(madeSafe, error || done);
    allow.hidden = !on || Boolean(error);
    line.hidden = false;
  }

  /** @param {Suggestion} suggestion */
  function update(suggestion) {
    say(word, `Never: ${moved(suggestion)}`);
  }
  return { button: never, line, update };
}
