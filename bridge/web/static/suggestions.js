// Suggestions: one at a time, so that a listener knows what they hear.

import { h, icon, say, mark, whileButton } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";

const CLASS_WORDS = { gain: "gain", eq: "EQ", pan: "pan" };

export function makeSuggestions() {
  const what = h("p", { class: "what" });
  const why = h("p", { class: "why" });
  const effect = h("p", { class: "effect" });
  const sureWords = h("span");
  const sure = h("meter", { min: 0, max: 1, "aria-label": "How sure" });
  const auditionWord = h("span");
  const audition = whileButton({ class: "tool" }, () => ask("audition", id(), 1), () => ask("audition", id(), 0), icon("play"), auditionWord);
  const accept = h("button", { type: "button", class: "primary", onclick: () => ask("accept", id()) }, icon("yes"), h("span", { text: "Accept" }));
  const skip = h("button", { type: "button", class: "tool", onclick: () => ask("skip", id()) }, icon("no"), h("span", { text: "Skip" }));
  const neverWord = h("span");
  const never = h("button", { type: "button", class: "tool", onclick: forbid }, icon("lock"), neverWord);
  const card = h("article", { class: "card suggestion" }, what, why, effect, h("p", { class: "sure" }, h("span", { text: "How sure: " }), sureWords, sure), h("div", { class: "actions" }, accept, audition, skip, never));
  const empty = h("p", { class: "empty" });
  const toSuggest = h("button", { type: "button", class: "tool", text: "Ask me first (mode suggest)", onclick: () => ask("mode", "suggest") });
  const past = h("ol", { class: "past" });
  const element = h("section", { class: "suggestions" }, h("h1", { text: "Suggestions" }), card, empty, toSuggest, h("h2", { text: "Recent suggestions" }), past);

  const id = () => state.now?.suggestion?.id ?? "";
  const madeSafe = h("p", { class: "done", role: "status" });
  const allow = h("button", { type: "button", class: "small", text: "Undo", onclick: () => setSafe(0) });
  const safeLine = h("div", { class: "actions safeline", hidden: true }, madeSafe, allow);
  card.before(safeLine);
  let forbidden = null; // { track, number, group }

  async function forbid() {
    const { track, number, class: group, id: move } = state.now.suggestion;
    forbidden = { track, number, group };
    await ask("skip", move);
    await setSafe(1);
  }

  async function setSafe(on) {
    const { track, number, group } = forbidden;
    const what = `${track} ${CLASS_WORDS[group]}`;
    const error = await ask("safe", String(number), group, on);
    say(madeSafe, error || (on ? `${what} is Safe now: the bridge leaves it alone. The Desk has its switch.` : `${what} is not Safe any more.`));
    allow.hidden = !on || Boolean(error);
    safeLine.hidden = false;
  }

  function update(changed) {
    const suggestion = state.now?.suggestion ?? null;
    card.hidden = !suggestion;
    empty.hidden = Boolean(suggestion);
    const isAsking = state.status?.mode === "suggest";
    toSuggest.hidden = Boolean(suggestion) || isAsking || state.may !== "all";
    if (suggestion) {
      say(what, words.typeset(suggestion.what));
      say(why, suggestion.why);
      say(effect, suggestion.effect);
      say(sureWords, suggestion.sureWords);
      sure.value = suggestion.sure;
      say(auditionWord, state.now.auditioned ? "Playing it" : "Hold to audition");
      mark(audition, "aria-pressed", state.now.auditioned ? "true" : "false");
      say(neverWord, `Never: ${suggestion.track} ${CLASS_WORDS[suggestion.class]}`);
      for (const button of [accept, audition, skip, never]) button.disabled = state.may !== "all";
    } else {
      say(empty, isAsking ? (state.now?.why || "Listening.") : `In mode ${state.status?.mode ?? "…"} the bridge does not ask.`);
    }
    if (changed.has("rows")) updatePast();
  }

  function updatePast() {
    const rows = [...state.rows.values()].filter((row) => row.suggested && row.state !== "proposed").sort((a, b) => b.n - a.n).slice(0, 8);
    past.replaceChildren(...rows.map((row) => h("li", {}, h("span", { class: "what", text: words.move(row) }), h("span", { class: "state", text: words.became(row) }))));
    if (rows.length === 0) past.append(h("li", { text: "None yet." }));
  }
  return { element, update };
}
