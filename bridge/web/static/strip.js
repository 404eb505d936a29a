// One strip of the console: what the DAW holds, how far the bridge may go, and what it may do there.

import { h, say, mark, css } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";
import { makeCurve } from "./eq.js";
import { makeBelief } from "./belief.js";

const METER_FLOOR = -60;
const TICKS = [0, -10, -20, -40];
export const SWITCHES = [["learn", "Learn", "noLearn"], ["act", "Act", "noAct"], ["safe", "Safe", "safe"]];
export const CLASSES = ["gain", "eq", "pan"];
export const CLASS_WORDS = { gain: "Gain", eq: "EQ", pan: "Pan" };
const SOURCES = { given: "", name: "", sound: "?", nothing: "?" };

const range = (column) => state.facts.ranges?.[column] ?? [-60, 6];
/** Where a level stands on a fader of 0 to 1: the upper 20 dB take most of the way. */
export function place(db) {
  const [low, high] = range(0);
  return Math.max(0, Math.min(1, ((db ?? low) - low) / (high - low))) ** 1.7;
}
export const percent = (share) => `${(100 * share).toFixed(1)}%`;

/** Whether a switch is on for a class of a strip, as the bridge has confirmed it. */
export const isOn = (strip, field, group) => strip[field].includes(group) === (field === "safe");
/** For how many of the three classes a switch is on. */
const countOn = (strip, field) => CLASSES.filter((group) => isOn(strip, field, group)).length;

/** Turn a switch on for all of a strip, or off where it is on for all. */
export function flip(index, verb) {
  const field = SWITCHES.find(([each]) => each === verb)[2];
  ask(verb, `#${index + 1}`, "all", countOn(state.strips[index], field) === CLASSES.length ? 0 : 1);
}

/** What is special about a strip now, in short words. */
export function flags(strip, held) {
  return [strip.barred ? "left alone" : "", strip.solo ? "solo" : "", strip.mute ? "muted" : "", held ? `hand ${held} s` : ""].filter(Boolean);
}

/** A strip; `onOpen(index)` is called when its details are wanted. */
export function makeStrip(name, index, onOpen) {
  const title = h("button", { type: "button", class: "name", title: name, onclick: () => onOpen(index) }, h("span", { class: "nr", text: index + 1 }), h("span", { class: "text", text: name }));
  const role = h("span", { class: "role" });
  const belief = makeBelief();
  const eq = makeCurve(60, 30);
  const panDot = h("div", { class: "dot" });
  const pan = h("div", { class: "bar", role: "img" }, h("div", { class: "zone" }), h("div", { class: "notch" }), panDot);
  const cover = h("div", { class: "cover" });
  const peak = h("div", { class: "peak" });
  const meter = h("div", { class: "meter", role: "img" }, cover, peak);
  const ticks = h("div", { class: "ticks", "aria-hidden": "true" }, TICKS.map((db) => h("i", { text: Math.abs(db) })));
  const fader = h("div", { class: "fader", role: "img" }, h("div", { class: "zone" }), h("div", { class: "notch" }), h("div", { class: "cap" }));
  const gain = h("output", { class: "number" });
  const flag = h("span", { class: "flag" });
  const lamps = SWITCHES.map(([verb, word]) => h("button", { type: "button", class: `switch ${verb}`, onclick: () => flip(index, verb) }, h("i"), word));
  const element = h("div", { class: "strip", role: "group", "aria-label": `${index + 1} ${name}`, tabindex: "-1", "data-index": index },
    title, h("div", { class: "mark" }, role, belief.element), eq.element, pan,
    h("div", { class: "faders" }, ticks, fader, meter), gain, flag, h("div", { class: "switches" }, lamps));
  let isVisible = false;
  let drawn = "";
  let levels = "";

  /** Draw what has changed; the meter of a strip that nobody sees is drawn when it comes into view. */
  function update(changed) {
    if (isVisible && (changed.has("levels") || changed.has("connection") || changed.has("way"))) updateMeter();
    if (["values", "strips", "held", "learning", "facts", "connection"].some((section) => changed.has(section))) updateValues();
  }

  function show(isShown) {
    isVisible = isShown;
    if (isShown) updateMeter();
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
    const db = values[0] ?? null;
    say(gain, words.shortDb(db));
    TICKS.forEach((tick, i) => css(ticks.children[i], "bottom", percent(place(tick))));
    css(fader, "--value", percent(place(db)));
    css(fader, "--low", percent(place(strip.low[0])));
    css(fader, "--high", percent(place(strip.high[0])));
    css(fader, "--notch", percent(place(strip.snapshot[0])));
    mark(fader, "data-unknown", db === null);
    mark(fader, "aria-label", `${name} gain ${words.db(db)}, the bridge may go from ${words.db(strip.low[0])} to ${words.db(strip.high[0])}`);
    updatePan(values[1] ?? null, strip);
    eq.update(values.slice(2), strip.low.slice(2), strip.high.slice(2), strip.snapshot.slice(2), `${name} EQ ${values.slice(2).map((value) => words.db(value)).join(", ")}`);
    say(role, `${strip.role}${SOURCES[strip.roleSource] ?? ""}`);
    belief.update(strip.role, beliefs);
    const said = flags(strip, held);
    say(flag, said.join(" · "));
    mark(flag, "title", strip.barred ? `left alone: ${strip.barred}` : false);
    SWITCHES.forEach(([, word, field], i) => {
      const count = countOn(strip, field);
      mark(lamps[i], "aria-pressed", count === CLASSES.length ? "true" : count ? "mixed" : "false");
      mark(lamps[i], "aria-label", `${word}, all of ${name}`);
      lamps[i].disabled = state.may !== "all";
    });
  }

  function updatePan(value, strip) {
    const share = (x) => percent(Math.max(0, Math.min(1, ((x ?? 0) + 1) / 2)));
    css(pan, "--value", share(value));
    css(pan, "--low", share(strip.low[1]));
    css(pan, "--high", share(strip.high[1]));
    css(pan, "--notch", share(strip.snapshot[1]));
    panDot.hidden = value === null;
    mark(pan, "aria-label", `${name} pan ${words.value("pan", value)}`);
  }

  function updateMeter() {
    const isAlive = state.way?.heard !== false;
    const [rms, top] = (isAlive ? state.levels[index] : null) ?? [null, null];
    const level = rms ?? top; // some DAWs have peaks alone
    // A step finer than a pixel is no step: most of a song moves few meters at a time.
    const share = (db) => Math.round(200 * Math.max(0, Math.min(1, 1 - (db ?? METER_FLOOR) / METER_FLOOR))) / 200;
    const key = `${share(level)} ${share(top)} ${top !== null && top > -0.1}`;
    if (key === levels) return;
    levels = key;
    cover.style.transform = `scaleY(${1 - share(level)})`;
    peak.style.transform = `translateY(${-100 * share(top)}%)`;
    mark(meter, "data-over", top !== null && top > -0.1);
    mark(meter, "aria-label", `${name} level ${level === null ? "silent" : `${Math.round(level / 6) * 6} dB`}`);
  }

  /** Only one strip is in the order of the Tab key; arrows go to the others. */
  function setCurrent(isCurrent) {
    mark(element, "tabindex", isCurrent ? "0" : "-1");
    for (const button of [title, ...lamps]) mark(button, "tabindex", isCurrent ? "0" : "-1");
  }
  setCurrent(false);
  updateMeter();
  updateValues();
  return { element, update, show, setCurrent, name, index, title };
}
