// The details of one strip: values with their bounds, switches, what is believed and was moved.

import { button, css, h, mark, percent, say } from "./dom.js";
import * as words from "./words.js";
import { state, ask, notify } from "./link.js";
import { makeCurve } from "./eq.js";
import { SWITCHES, classes, flags, isOn, shareOf, zone } from "./strip.js";

/** @typedef {import("./types.js").Belief} Belief */
/** @typedef {import("./types.js").LockClass} LockClass */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Strip} Strip */
/** @typedef {import("./strip.js").Field} Field */

const LINES = ["Gain", "Pan", "Low", "Low mid", "High mid", "High"];
const LAST_MOVES = 5;
const SOURCES = {
  given: "as you or the DAW chose it",
  name: "from its name",
  sound: "guessed from its sound",
  nothing: "not known: choose one",
};

/** @param {() => void} onClose called when its button is pressed */
export function makeDetail(onClose) {
  const title = h("h2");
  const source = h("span", { class: "legend" });
  const role = h("select", { onchange: chooseRole });
  const flagLine = h("p", { class: "flags" });
  const eq = makeCurve(240, 90);
  const lines = LINES.map((word, column) => makeLine(word, column));
  const sends = h("p", { class: "legend" });
  const switches = makeSwitches();
  const wishes = h("div", { class: "wishes", role: "group", "aria-label": "I want it" });
  const beliefs = h("ul", { class: "last" });
  const moves = h("ol", { class: "last" });
  const label = { "aria-label": "Details of a track" };
  const element = h("section", { class: "card detail", hidden: true, ...label },
    h("header", {},
      title,
      h("label", { class: "filter" }, "Role ", role),
      source,
      button({ class: "small", text: "Close", onclick: onClose })),
    flagLine,
    h("div", { class: "columns" },
      h("div", { class: "knobs" }, lines.map((line) => line.element)),
      h("div", {}, h("h3", { text: "EQ" }), eq.element, sends),
      h("div", {}, switches.element, h("h3", { text: "I want it …" }), wishes),
      h("div", { class: "lists" },
        h("h3", { text: "What it believes you want" }),
        beliefs,
        h("h3", { text: "Last moves" }),
        moves)));
  let index = -1;
  let drawn = "";
  const track = () => `#${index + 1}`; // the number, whatever any track is called

  function chooseRole() {
    ask("role", track(), role.value);
    role.value = state.strips[index].role; // until the bridge has confirmed it
  }

  /** @param {number} which */
  function open(which) {
    index = which;
    drawn = "";
    element.hidden = false;
    update();
    if (matchMedia("(max-width: 1099px)").matches) element.scrollIntoView({ block: "nearest" });
  }

  function close() {
    index = -1;
    element.hidden = true;
  }

  function update() {
    const strip = state.strips[index];
    if (!strip) return;
    const values = state.values[index] ?? [];
    const believed = state.learning?.roles[strip.role];
    const rows = rowsOf(strip);
    const held = state.held[index] ?? 0;
    const key = JSON.stringify([strip, values, believed, rows, held, state.may]);
    if (key === drawn) return;
    drawn = key;
    mark(element, "aria-label", `Details of ${strip.name}`);
    say(title, `${index + 1} ${strip.name}`);
    updateRole(strip);
    updateFlags(strip, held);
    lines.forEach((line, column) => line.update(values[column] ?? null, strip));
    const bands = [values, strip.low, strip.high, strip.snapshot].map((each) => each.slice(2));
    eq.update(bands[0], bands[1], bands[2], bands[3], `EQ of ${strip.name}`);
    updateSends(strip);
    switches.update(strip, track());
    updateWishes();
    const known = Object.values(believed ?? {}).map(beliefWords);
    fill(beliefs, known, `Nothing learnt from you yet about ${strip.role}.`);
    fill(moves, rows.map(moveWords), "none yet");
  }

  /** @param {Strip} strip */
  function updateRole(strip) {
    if (role.options.length === 0) {
      const { roles } = state.facts.schema;
      role.append(...roles.map((each) => h("option", { value: each, text: each })));
    }
    mark(role, "aria-label", `Role of ${strip.name}`);
    if (document.activeElement !== role) role.value = strip.role;
    role.disabled = state.may !== "all";
    say(source, SOURCES[strip.roleSource] ?? "");
  }

  /**
   * @param {Strip} strip
   * @param {number} held
   */
  function updateFlags(strip, held) {
    const said = flags(strip, held).map((text) => {
      if (text === "left alone") return `The bridge leaves it alone: ${strip.barred}`;
      return text.startsWith("hand") ? `your hand was here: the bridge waits ${held} s` : text;
    });
    say(flagLine, said.join(" · "));
    flagLine.hidden = said.length === 0;
  }

  /** @param {string} wish */
  async function sendWish(wish) {
    const { name } = state.strips[index];
    const error = await ask("wish", track(), wish);
    if (!error) notify(`${name} ${wish}: asked for.`);
  }

  function updateWishes() {
    if (wishes.childElementCount === 0) {
      const make = (/** @type {string} */ wish) =>
        button({ class: "small", text: wish, onclick: () => sendWish(wish) });
      wishes.append(...state.facts.schema.wishes.map(make));
    }
    for (const each of wishes.querySelectorAll("button")) each.disabled = state.may !== "all";
  }

  /** @param {Strip} strip */
  function updateSends(strip) {
    const levels = Object.entries(strip.sends).map(([word, level]) => `${word} ${words.db(level)}`);
    say(sends, levels.length ? `Read, and never written: ${levels.join(", ")}.` : "");
    sends.hidden = levels.length === 0;
  }
  return { element, update, open, close, index: () => index };
}

/**
 * The last moves of a strip, as far as they are known here.
 *
 * @param {Strip} strip
 */
function rowsOf(strip) {
  return strip.moves.flatMap((id) => state.rows.get(id) ?? []).slice(0, LAST_MOVES);
}

/**
 * Fill a list with texts, or with what is said where there are none.
 *
 * @param {HTMLElement} list
 * @param {string[]} texts
 * @param {string} none
 */
function fill(list, texts, none) {
  const shown = texts.length ? texts : [none];
  list.replaceChildren(...shown.map((text) => h("li", { text })));
}

/** @param {Belief} belief */
const beliefWords = (belief) =>
  words.typeset(`${belief.words} (${Math.round(100 * belief.sure)} % sure)`);

/** @param {Row} row */
function verdict(row) {
  if (row.reward) return row.reward > 0 ? "▲" : "▼";
  return row.state === "reverted" ? "↺" : "·";
}

/** @param {Row} row */
function moveWords(row) {
  const who = row.actor === "bridge" ? verdict(row) : words.actor(row.actor);
  return `${who} ${words.param(row.param)} ${words.way(row)}`;
}

/**
 * A value on a line over its range, with the guard's bound and the start of the session.
 *
 * @param {string} word
 * @param {number} column
 */
function makeLine(word, column) {
  const number = h("output", { class: "number" });
  const bound = h("span", { class: "bound" });
  const dot = h("div", { class: "dot" });
  const bar = h("div", { class: "bar", role: "img" }, zone(), dot);
  const element = h("div", { class: "line" }, h("span", { text: word }), bar, number, bound);
  /**
   * @param {number | null} value
   * @param {Strip} strip
   */
  function update(value, strip) {
    const { name } = state.facts.schema.params[column];
    const [low, high] = [strip.low[column], strip.high[column]];
    /** @param {number | null} x */
    const share = (x) => percent(shareOf(x, column, 0));
    css(bar, "--value", share(value));
    css(bar, "--low", share(low));
    css(bar, "--high", share(high));
    css(bar, "--notch", share(strip.snapshot[column]));
    dot.hidden = value === null;
    const text = words.value(name, value);
    mark(bar, "aria-label", `${word} ${text}`);
    say(number, text);
    say(bound, value === null ? "not there" : `${short(name, low)} to ${short(name, high)}`);
  }
  return { element, update };
}

/**
 * A bound where there is little room.
 *
 * @param {string} name
 * @param {number | null} value
 */
const short = (name, value) => (name === "pan" ? words.pan(value ?? 0) : words.shortDb(value));

/** Learn, Act and Safe for gain, EQ and pan; pressed is what the bridge has confirmed. */
function makeSwitches() {
  const element = h("div", { class: "toggles" });
  /** @type {{ toggle: HTMLButtonElement, word: string, field: Field, group: LockClass }[]} */
  const toggles = [];
  /** @type {Strip | null} */
  let shown = null;
  let track = "";

  /** @param {LockClass} group */
  const title = (group) => words.capital(state.facts.schema.classes[group]);

  /** The table, once it is known which classes there are. */
  function make() {
    element.append(h("span", { class: "corner" }));
    element.append(...SWITCHES.map(({ word }) => h("span", { class: "column", text: word })));
    for (const group of classes()) {
      element.append(h("span", { class: "row", text: title(group) }));
      for (const { verb, word, field } of SWITCHES) {
        const onclick = () => {
          if (shown) ask(verb, track, group, isOn(shown, field, group) ? 0 : 1);
        };
        const toggle = button({ class: `toggle ${verb}`, onclick });
        toggles.push({ toggle, word, field, group });
        element.append(toggle);
      }
    }
  }

  /**
   * @param {Strip} strip
   * @param {string} number
   */
  function update(strip, number) {
    if (toggles.length === 0) make();
    shown = strip;
    track = number;
    for (const { toggle, word, field, group } of toggles) {
      const on = isOn(strip, field, group);
      mark(toggle, "aria-label", `${word}, ${title(group)} of ${strip.name}`);
      mark(toggle, "aria-pressed", on ? "true" : "false");
      say(toggle, on ? "● on" : "○ off");
      toggle.disabled = state.may !== "all";
    }
  }
  return { element, update };
}
