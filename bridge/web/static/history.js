// The history: every move, who made it, what was said of it, and the ways back.

import { h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask, fetchDocument, notify } from "./link.js";

const SLOTS = ["A", "B", "C", "D"];

export function makeHistory() {
  const pins = SLOTS.map(makePin);
  const list = h("ol", { class: "rows" });
  const filter = h("select", { "aria-label": "Whose moves", onchange: () => update(new Set(["rows"])) },
    [["", "everyone"], ["bridge", "the bridge"], ["hand", "your hands"], ["daw", "the DAW"]].map(([value, text]) => h("option", { value, text })));
  const element = h("section", { class: "history" }, h("h1", { text: "History" }),
    h("p", { class: "legend", text: "Pin the mix to a letter and come back to it later. Only what the bridge moved changes; what your hand has moved since stays." }),
    h("div", { class: "pins" }, pins.map((pin) => pin.element)),
    h("label", { class: "filter" }, "Moves of ", filter), list);
  const items = new Map();
  let isLoaded = null;

  /** All of this session's rows; new ones come by themselves. */
  async function load() {
    if (isLoaded === state.facts.session || state.connection !== "online") return;
    isLoaded = state.facts.session;
    try {
      const rows = await (await fetchDocument("history")).json();
      for (const row of rows) if (!state.rows.has(row.id)) state.rows.set(row.id, row);
      update(new Set(["rows"]));
    } catch {
      isLoaded = null;
      notify("The history could not be read.");
    }
  }

  function update(changed) {
    load();
    pins.forEach((pin) => pin.update());
    if (!changed.has("rows") && !changed.has("connection")) return;
    const rows = [...state.rows.values()].filter((row) => !filter.value || row.actor === filter.value).sort((a, b) => b.n - a.n);
    const shown = rows.slice(0, 400).map((row) => {
      let item = items.get(row.id);
      if (!item) items.set(row.id, (item = makeRow(row.id)));
      item.update(row);
      return item.element;
    });
    if (shown.length === 0) shown.push(h("li", { class: "empty", text: "Nothing has been moved yet." }));
    if (shown.length !== list.children.length || shown.some((item, i) => item !== list.children[i])) list.replaceChildren(...shown);
  }
  return { element, update };
}

function makePin(slot) {
  const pin = h("button", { type: "button", class: "tool", text: `Pin ${slot}`, onclick: () => ask("pin", slot) });
  const recall = h("button", { type: "button", class: "tool", text: `Back to ${slot}`, onclick: () => ask("recall", slot) });
  function update() {
    const isPinned = state.status?.pins?.includes(slot) ?? false;
    pin.disabled = state.may !== "all";
    recall.disabled = state.may !== "all" || !isPinned;
    mark(element, "data-pinned", isPinned);
    say(pin, isPinned ? `Update ${slot}` : `Pin ${slot}`);
  }
  const element = h("div", { class: "pin" }, pin, recall);
  return { element, update };
}

function makeRow(id) {
  const time = h("time");
  const who = h("span", { class: "who" });
  const what = h("span", { class: "what" });
  const became = h("span", { class: "state" });
  const reward = h("span", { class: "reward" });
  const why = h("span", { class: "why" });
  const back = h("button", { type: "button", class: "small", text: "Revert from here", onclick: () => ask("revert", id) });
  const element = h("li", { class: "entry" }, h("div", { class: "line" }, time, who, what, reward), h("div", { class: "line second" }, became, why, back));
  function update(row) {
    say(time, words.clock(row.at));
    say(who, words.actor(row.actor));
    mark(who, "data-actor", row.actor);
    say(what, words.move(row));
    say(became, words.became(row));
    say(reward, row.reward === null ? "" : `${row.reward > 0 ? "▲ good" : row.reward < 0 ? "▼ bad" : "no opinion"}${row.saved ? "" : " (noted)"}`);
    say(why, [row.reason, row.outcome].filter(Boolean).join(" · "));
    back.hidden = !row.stands || state.may !== "all";
    back.setAttribute("aria-label", `Revert from here: ${words.move(row)} and all later moves`);
  }
  return { element, update };
}
