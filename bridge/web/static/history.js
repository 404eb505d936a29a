// The history: every move, who made it, what was said of it, and the ways back; a series is one entry.

import { h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask, fetchDocument, notify } from "./link.js";

const SLOTS = ["A", "B", "C", "D"];
const PAUSE_S = 60; // a longer pause ends a series
const SHOWN = 400;
const NAMED = 3;

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
  const heads = new Map(); // by the first move of a series: it stays while later ones join
  let drawn = "";
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
    const all = seriesOf(rows.slice(0, SHOWN));
    for (const row of all.flat()) {
      if (!items.has(row.id)) items.set(row.id, makeRow(row.id));
      items.get(row.id).update(row);
    }
    for (const series of all) if (series.length > 1) headOf(series, series === all[0]).update(series);
    const key = all.map((series) => series.map((row) => row.id)).join("|");
    if (key === drawn && list.children.length) return;
    drawn = key;
    list.replaceChildren(...all.map((series) => (series.length > 1 ? headOf(series).hold(series.map((row) => items.get(row.id).element)) : items.get(series[0].id).element)));
    if (all.length === 0) list.replaceChildren(h("li", { class: "empty", text: "Nothing has been moved yet." }));
  }

  function headOf(series, isNewest = false) {
    const id = series.at(-1).id;
    if (!heads.has(id)) heads.set(id, makeSeries(id, isNewest));
    return heads.get(id);
  }
  return { element, update };
}

/** Rows, newest first, in series: moves of one actor without a long pause, or another's move, between. */
export function seriesOf(rows) {
  const all = [];
  for (const row of rows) {
    const last = all.at(-1)?.at(-1);
    if (last && last.actor === row.actor && last.at - row.at <= PAUSE_S) all.at(-1).push(row);
    else all.push([row]);
  }
  return all;
}

/** What of a series is in the mix, each control once, from where it began to where it ended. */
function summary(series) {
  const ends = new Map();
  for (const row of [...series].reverse()) {
    if (row.actor === "bridge" && !row.stands) continue;
    const key = `${row.track} ${row.param}`;
    ends.set(key, { ...row, from: ends.get(key)?.from ?? row.from, to: row.left ?? row.to });
  }
  if (ends.size === 0) return "nothing of it is in the mix";
  const texts = [...ends.values()].map(words.move);
  const more = texts.length > NAMED ? ` and ${texts.length - NAMED} more` : "";
  return `${texts.slice(0, NAMED).join(", ")}${more}`;
}

/** The head of a series, with its moves folded below; the newest is open at first. */
function makeSeries(id, isOpen) {
  const time = h("time");
  const who = h("span", { class: "who" });
  const what = h("span", { class: "moved" });
  const answers = h("span", { class: "reward" });
  const rows = h("ol", { class: "rows" });
  const details = h("details", { open: isOpen }, h("summary", {}, time, who, answers, what), rows);
  const element = h("li", { class: "series", "data-first": id }, details);
  function update(series) {
    const [newest, oldest] = [series[0], series.at(-1)];
    const [good, bad] = [1, -1].map((sign) => series.filter((row) => Math.sign(row.reward ?? 0) === sign).length);
    say(time, `${words.clock(oldest.at)} – ${words.clock(newest.at)}`);
    say(who, `${words.actor(newest.actor)} · ${words.plural(series.length, "move")}`);
    mark(who, "data-actor", newest.actor);
    say(answers, [good ? `▲ ${good} good` : "", bad ? `▼ ${bad} bad` : ""].filter(Boolean).join(" "));
    say(what, summary(series));
  }
  function hold(elements) {
    rows.replaceChildren(...elements);
    return element;
  }
  return { update, hold };
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
