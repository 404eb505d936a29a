// The history: each move, who made it, what was said of it, the ways back; a series is one entry.

import { button, h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask, fetchDocument, notify } from "./link.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").Row} Row */

const SLOTS = ["A", "B", "C", "D"];
const PAUSE_S = 60; // a longer pause ends a series
const SHOWN = 400;
const NAMED = 3;
const WHOSE = { "": "everyone", bridge: "the bridge", hand: "your hands", daw: "the DAW" };

/** @returns {import("./types.js").Screen} */
export function makeHistory() {
  const pins = SLOTS.map(makePin);
  const list = h("ol", { class: "rows" });
  const filter = h("select", { "aria-label": "Whose moves", onchange: () => drawRows() },
    Object.entries(WHOSE).map(([value, text]) => h("option", { value, text })));
  const element = h("section", { class: "history" },
    h("h1", { text: "History" }),
    h("p", {
      class: "legend",
      text:
        "Pin the mix to a letter and come back to it later. Only what the bridge moved changes; " +
        "what your hand has moved since stays.",
    }),
    h("div", { class: "pins" }, pins.map((pin) => pin.element)),
    h("label", { class: "filter" }, "Moves of ", filter),
    list);
  /** @type {Map<string, ReturnType<typeof makeRow>>} */
  const items = new Map();
  /**
   * By the first move of a series: it stays while later ones join.
   *
   * @type {Map<string, ReturnType<typeof makeSeries>>}
   */
  const heads = new Map();
  let drawn = "";
  let loaded = ""; // the session whose rows were fetched

  /** All of this session's rows; new ones come by themselves. */
  async function load() {
    if (loaded === state.facts.session || state.connection !== "online") return;
    loaded = state.facts.session;
    try {
      /** @type {Row[]} */
      const rows = await (await fetchDocument("history")).json();
      for (const row of rows) if (!state.rows.has(row.id)) state.rows.set(row.id, row);
      drawRows();
    } catch {
      loaded = "";
      notify("The history could not be read.");
    }
  }

  /** @param {Changed} changed */
  function update(changed) {
    load();
    pins.forEach((pin) => pin.update());
    if (changed.has("rows") || changed.has("connection")) drawRows();
  }

  function drawRows() {
    const rows = [...state.rows.values()]
      .filter((row) => !filter.value || row.actor === filter.value)
      .sort((a, b) => b.n - a.n);
    const all = seriesOf(rows.slice(0, SHOWN));
    for (const row of all.flat()) itemOf(row).update(row);
    for (const series of all) {
      if (series.length > 1) headOf(series, series === all[0]).update(series);
    }
    const key = all.map((series) => series.map((row) => row.id)).join("|");
    if (key === drawn && list.children.length) return;
    drawn = key;
    list.replaceChildren(...all.map(entryOf));
    if (all.length === 0) {
      list.replaceChildren(h("li", { class: "empty", text: "Nothing has been moved yet." }));
    }
  }

  /** @param {Row} row */
  function itemOf({ id }) {
    const item = items.get(id) ?? makeRow(id);
    items.set(id, item);
    return item;
  }

  /**
   * @param {Row[]} series
   * @param {boolean} isNewest
   */
  function headOf(series, isNewest) {
    const { id } = series[series.length - 1];
    const head = heads.get(id) ?? makeSeries(id, isNewest);
    heads.set(id, head);
    return head;
  }

  /** @param {Row[]} series */
  function entryOf(series) {
    const elements = series.map((row) => itemOf(row).element);
    return series.length > 1 ? headOf(series, false).hold(elements) : elements[0];
  }
  return { element, update };
}

/**
 * Rows, newest first, in series: moves of one actor without a long pause, or another's move,
 * between.
 *
 * @param {Row[]} rows
 */
export function seriesOf(rows) {
  /** @type {Row[][]} */
  const all = [];
  for (const row of rows) {
    const series = all.at(-1);
    const last = series?.at(-1);
    if (series && last?.actor === row.actor && last.at - row.at <= PAUSE_S) series.push(row);
    else all.push([row]);
  }
  return all;
}

/**
 * What of a series is in the mix, each control once, from where it began to where it ended.
 *
 * @param {Row[]} series
 */
function summary(series) {
  /** @type {Map<string, Row>} */
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

/**
 * How many moves of a series were called good, and bad.
 *
 * @param {Row[]} series
 */
function answersOf(series) {
  const good = series.filter((row) => (row.reward ?? 0) > 0).length;
  const bad = series.filter((row) => (row.reward ?? 0) < 0).length;
  return [good ? `▲ ${good} good` : "", bad ? `▼ ${bad} bad` : ""].filter(Boolean).join(" ");
}

/**
 * The head of a series, with its moves folded below; the newest is open at first.
 *
 * @param {string} id
 * @param {boolean} isOpen
 */
function makeSeries(id, isOpen) {
  const time = h("time");
  const who = h("span", { class: "who" });
  const what = h("span", { class: "moved" });
  const answers = h("span", { class: "reward" });
  const rows = h("ol", { class: "rows" });
  const details = h("details", { open: isOpen }, h("summary", {}, time, who, answers, what), rows);
  const element = h("li", { class: "series", "data-first": id }, details);
  /** @param {Row[]} series */
  function update(series) {
    const [newest, oldest] = [series[0], series[series.length - 1]];
    say(time, `${words.clock(oldest.at)} – ${words.clock(newest.at)}`);
    say(who, `${words.actor(newest.actor)} · ${words.plural(series.length, "move")}`);
    mark(who, "data-actor", newest.actor);
    say(answers, answersOf(series));
    say(what, summary(series));
  }
  /** @param {HTMLElement[]} elements */
  function hold(elements) {
    rows.replaceChildren(...elements);
    return element;
  }
  return { update, hold };
}

/** @param {string} slot */
function makePin(slot) {
  const pin = button({ class: "tool", text: `Pin ${slot}`, onclick: () => ask("pin", slot) });
  const recall = button({
    class: "tool",
    text: `Back to ${slot}`,
    onclick: () => ask("recall", slot),
  });
  const element = h("div", { class: "pin" }, pin, recall);
  function update() {
    const isPinned = state.status?.pins.includes(slot) ?? false;
    pin.disabled = state.may !== "all";
    recall.disabled = state.may !== "all" || !isPinned;
    mark(element, "data-pinned", isPinned);
    say(pin, isPinned ? `Update ${slot}` : `Pin ${slot}`);
  }
  return { element, update };
}

/** @param {Row} row */
function rewardWords({ reward, saved }) {
  if (reward === null) return "";
  const word = reward > 0 ? "▲ good" : reward < 0 ? "▼ bad" : "no opinion";
  return saved ? word : `${word} (noted)`;
}

/** @param {string} id */
function makeRow(id) {
  const time = h("time");
  const who = h("span", { class: "who" });
  const what = h("span", { class: "what" });
  const became = h("span", { class: "state" });
  const reward = h("span", { class: "reward" });
  const why = h("span", { class: "why" });
  const back = button({
    class: "small",
    text: "Revert from here",
    onclick: () => ask("revert", id),
  });
  const element = h("li", { class: "entry" },
    h("div", { class: "line" }, time, who, what, reward),
    h("div", { class: "line second" }, became, why, back));
  /** @param {Row} row */
  function update(row) {
    say(time, words.clock(row.at));
    say(who, words.actor(row.actor));
    mark(who, "data-actor", row.actor);
    say(what, words.move(row));
    say(became, words.became(row));
    say(reward, rewardWords(row));
    say(why, [row.reason, row.outcome].filter(Boolean).join(" · "));
    back.hidden = !row.stands || state.may !== "all";
    mark(back, "aria-label", `Revert from here: ${words.move(row)} and all later moves`);
  }
  return { element, update };
}
