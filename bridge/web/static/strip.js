// One strip of the console: what the DAW holds, and how far the bridge may go and what it may do.

import { button, css, h, mark, percent, say } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";
import { makeCurve } from "./eq.js";
import { makeBelief } from "./belief.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").LockClass} LockClass */
/** @typedef {import("./types.js").Strip} Strip */
/** @typedef {"learn" | "act" | "safe"} Verb */
/** @typedef {"noLearn" | "noAct" | "safe"} Field */

const METER_FLOOR = -60;
const OVER_DB = -0.1;
const TICKS = [0, -10, -20, -40];
/** @type {{ verb: Verb, word: string, field: Field }[]} */
export const SWITCHES = [
  { verb: "learn", word: "Learn", field: "noLearn" },
  { verb: "act", word: "Act", field: "noAct" },
  { verb: "safe", word: "Safe", field: "safe" },
];
const SOURCES = { given: "", name: "", sound: "?", nothing: "?" };
const VALUE_SECTIONS = ["values", "strips", "held", "learning", "facts", "connection"];

/** The classes of parameters that a switch has; three where the bridge has said which. */
export const classes = () => /** @type {LockClass[]} */ (Object.keys(state.facts.schema.classes));

/** @param {number} share */
const clamp = (share) => Math.max(0, Math.min(1, share));

/**
 * Where a value stands in the range of a column, 0 to 1.
 *
 * @param {number | null} value
 * @param {number} column
 * @param {number} missing what to show where there is no value
 */
export function shareOf(value, column, missing) {
  const [low, high] = state.facts.schema.params[column].range;
  return clamp(((value ?? missing) - low) / (high - low));
}

/**
 * Where a level stands on a fader of 0 to 1: the upper 20 dB take most of the way.
 *
 * @param {number | null} db
 */
export const place = (db) => shareOf(db, 0, -Infinity) ** 1.7;

/**
 * Whether a switch is on for a class of a strip, as the bridge has confirmed it.
 *
 * @param {Strip} strip
 * @param {Field} field
 * @param {LockClass} group
 */
export const isOn = (strip, field, group) => strip[field].includes(group) === (field === "safe");

/**
 * Of a switch: "true" where it is on for every class, "mixed" where it is for some.
 *
 * @param {Strip} strip
 * @param {Field} field
 */
function pressedFor(strip, field) {
  const on = classes().filter((group) => isOn(strip, field, group)).length;
  if (on === classes().length) return "true";
  return on ? "mixed" : "false";
}

/**
 * Turn a switch on for all of a strip, or off where it is on for all.
 *
 * @param {number} index
 * @param {Verb} verb
 */
export function flip(index, verb) {
  const { field } = SWITCHES.find((each) => each.verb === verb) ?? SWITCHES[0];
  const isAll = pressedFor(state.strips[index], field) === "true";
  ask(verb, `#${index + 1}`, "all", isAll ? 0 : 1);
}

/**
 * What is special about a strip now, in short words.
 *
 * @param {Strip} strip
 * @param {number} held
 */
export function flags(strip, held) {
  return [
    strip.barred ? "left alone" : "",
    strip.solo ? "solo" : "",
    strip.mute ? "muted" : "",
    held ? `hand ${held} s` : "",
  ].filter(Boolean);
}

/** The stages of a value: the guard's zone, and a notch where the session began. */
export const zone = () => [h("div", { class: "zone" }), h("div", { class: "notch" })];

/**
 * A strip.
 *
 * @param {string} name
 * @param {number} index
 * @param {(index: number) => void} onOpen called when its details are wanted
 */
export function makeStrip(name, index, onOpen) {
  const title = button({ class: "name", title: name, onclick: () => onOpen(index) },
    h("span", { class: "nr", text: index + 1 }),
    h("span", { class: "text", text: name }));
  const role = h("span", { class: "role" });
  const belief = makeBelief();
  const eq = makeCurve(60, 30);
  const panDot = h("div", { class: "dot" });
  const pan = h("div", { class: "bar", role: "img" }, zone(), panDot);
  const meter = makeMeter(name, index);
  const ticks = TICKS.map((db) => h("i", { text: Math.abs(db) }));
  const fader = h("div", { class: "fader", role: "img" }, zone(), h("div", { class: "cap" }));
  const gain = h("output", { class: "number" });
  const flag = h("span", { class: "flag" });
  const lamps = SWITCHES.map(({ verb, word }) =>
    button({ class: `switch ${verb}`, onclick: () => flip(index, verb) }, h("i"), word));
  const element = h("div", {
    class: "strip",
    role: "group",
    "aria-label": `${index + 1} ${name}`,
    tabindex: "-1",
    "data-index": index,
  },
    title,
    h("div", { class: "mark" }, role, belief.element),
    eq.element,
    pan,
    h("div", { class: "faders" },
      h("div", { class: "ticks", "aria-hidden": "true" }, ticks),
      fader,
      meter.element),
    gain,
    flag,
    h("div", { class: "switches" }, lamps));
  let isVisible = false;
  let drawn = "";

  /**
   * Draw what has changed; the meter of a strip that nobody sees is drawn when it comes into view.
   *
   * @param {Changed} changed
   */
  function update(changed) {
    const isMetered = ["levels", "connection", "way"].some((section) => changed.has(section));
    if (isVisible && isMetered) meter.update();
    if (VALUE_SECTIONS.some((section) => changed.has(section))) updateValues();
  }

  /** @param {boolean} isShown */
  function show(isShown) {
    isVisible = isShown;
    if (isShown) meter.update();
  }

  function updateValues() {
    const strip = state.strips[index];
    if (!strip) return;
    const values = state.values[index] ?? [];
    const held = state.held[index] ?? 0;
    const beliefs = state.learning?.roles[strip.role];
    const key = JSON.stringify([values, strip, held, beliefs, state.may]);
    if (key === drawn) return;
    drawn = key;
    updateFader(values[0] ?? null, strip);
    updatePan(values[1] ?? null, strip);
    const bands = values.slice(2);
    const label = `${name} EQ ${bands.map(words.db).join(", ")}`;
    eq.update(bands, strip.low.slice(2), strip.high.slice(2), strip.snapshot.slice(2), label);
    say(role, `${strip.role}${SOURCES[strip.roleSource] ?? ""}`);
    belief.update(strip.role, beliefs);
    say(flag, flags(strip, held).join(" · "));
    mark(flag, "title", strip.barred ? `left alone: ${strip.barred}` : false);
    SWITCHES.forEach(({ word, field }, i) => {
      mark(lamps[i], "aria-pressed", pressedFor(strip, field));
      mark(lamps[i], "aria-label", `${word}, all of ${name}`);
      lamps[i].disabled = state.may !== "all";
    });
  }

  /**
   * @param {number | null} db
   * @param {Strip} strip
   */
  function updateFader(db, strip) {
    const [low, high] = [strip.low[0], strip.high[0]];
    say(gain, words.shortDb(db));
    TICKS.forEach((tick, i) => css(ticks[i], "bottom", percent(place(tick))));
    css(fader, "--value", percent(place(db)));
    css(fader, "--low", percent(place(low)));
    css(fader, "--high", percent(place(high)));
    css(fader, "--notch", percent(place(strip.snapshot[0])));
    mark(fader, "data-unknown", db === null);
    const reach = `the bridge may go from ${words.db(low)} to ${words.db(high)}`;
    mark(fader, "aria-label", `${name} gain ${words.db(db)}, ${reach}`);
  }

  /**
   * @param {number | null} value
   * @param {Strip} strip
   */
  function updatePan(value, strip) {
    /** @param {number | null} x */
    const share = (x) => percent(shareOf(x, 1, 0));
    css(pan, "--value", share(value));
    css(pan, "--low", share(strip.low[1]));
    css(pan, "--high", share(strip.high[1]));
    css(pan, "--notch", share(strip.snapshot[1]));
    panDot.hidden = value === null;
    mark(pan, "aria-label", `${name} pan ${words.value("pan", value)}`);
  }

  /**
   * Only one strip is in the order of the Tab key; arrows go to the others.
   *
   * @param {boolean} isCurrent
   */
  function setCurrent(isCurrent) {
    for (const each of [element, title, ...lamps]) mark(each, "tabindex", isCurrent ? "0" : "-1");
  }
  setCurrent(false);
  meter.update();
  updateValues();
  return { element, update, show, setCurrent, name, index, title };
}

/**
 * The meter of a strip: RMS as a bar, the peak as a line.
 *
 * @param {string} name
 * @param {number} index
 */
function makeMeter(name, index) {
  const cover = h("div", { class: "cover" });
  const peak = h("div", { class: "peak" });
  const element = h("div", { class: "meter", role: "img" }, cover, peak);
  let drawn = "";

  /**
   * A step finer than a pixel is no step: most of a song moves few meters at a time.
   *
   * @param {number | null} db
   */
  const share = (db) => Math.round(200 * clamp(1 - (db ?? METER_FLOOR) / METER_FLOOR)) / 200;

  function update() {
    const isAlive = state.way?.heard !== false;
    const [rms, top] = (isAlive ? state.levels[index] : null) ?? [null, null];
    const level = rms ?? top; // some DAWs have peaks alone
    const isOver = top !== null && top > OVER_DB;
    const key = `${share(level)} ${share(top)} ${isOver}`;
    if (key === drawn) return;
    drawn = key;
    cover.style.transform = `scaleY(${1 - share(level)})`;
    peak.style.transform = `translateY(${-100 * share(top)}%)`;
    mark(element, "data-over", isOver);
    const text = level === null ? "silent" : `${Math.round(level / 6) * 6} dB`;
    mark(element, "aria-label", `${name} level ${text}`);
  }
  return { element, update };
}
