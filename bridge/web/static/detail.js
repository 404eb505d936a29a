// The details of one strip: every value with its bound, every switch, what is believed, what was moved.

import { h, say, mark, css } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";
import { makeCurve } from "./eq.js";
import { CLASSES, CLASS_WORDS, SWITCHES, flags, isOn, percent } from "./strip.js";

const ROLES = ["kick", "snare", "hats", "drums", "bass", "guitar", "keys", "lead", "backing", "pad", "strings", "fx", "other"];
const LINES = ["Gain", "Pan", "Low", "Low mid", "High mid", "High"];
const SOURCES = { given: "as you or the DAW chose it", name: "from its name", sound: "guessed from its sound", nothing: "not known: choose one" };

export function makeDetail(onClose) {
  const title = h("h2");
  const source = h("span", { class: "legend" });
  const role = h("select", { onchange: () => { ask("role", track(), role.value); role.value = strip().role; } }, ROLES.map((each) => h("option", { value: each, text: each })));
  const flagLine = h("p", { class: "flags" });
  const eq = makeCurve(240, 90);
  const lines = LINES.map((word, column) => makeLine(word, column));
  const sends = h("p", { class: "legend" });
  const switches = makeSwitches();
  const beliefs = h("ul", { class: "last" });
  const moves = h("ol", { class: "last" });
  const element = h("section", { class: "card detail", hidden: true, "aria-label": "Details of a track" },
    h("header", {}, title, h("label", { class: "filter" }, "Role ", role), source, h("button", { type: "button", class: "small", text: "Close", onclick: onClose })),
    flagLine,
    h("div", { class: "columns" },
      h("div", { class: "knobs" }, lines.map((line) => line.element)),
      h("div", {}, h("h3", { text: "EQ" }), eq.element, sends),
      h("div", {}, switches.element),
      h("div", { class: "lists" }, h("h3", { text: "What it believes you want" }), beliefs, h("h3", { text: "Last moves" }), moves)));
  let index = -1;
  let drawn = "";
  const strip = () => state.strips[index];
  const track = () => `#${index + 1}`; // the number, whatever any track is called

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
    const now = strip();
    if (!now) return;
    const values = state.values[index] ?? [];
    const believed = state.learning?.roles[now.role];
    const rows = now.moves.map((id) => state.rows.get(id)).filter(Boolean).slice(0, 5);
    const held = state.held[index] ?? 0;
    const key = JSON.stringify([now, values, believed, rows, held, state.may]);
    if (key === drawn) return;
    drawn = key;
    mark(element, "aria-label", `Details of ${now.name}`);
    say(title, `${index + 1} ${now.name}`);
    mark(role, "aria-label", `Role of ${now.name}`);
    if (document.activeElement !== role) role.value = now.role;
    role.disabled = state.may !== "all";
    say(source, SOURCES[now.roleSource] ?? "");
    const said = flags(now, held).map((text) => (text === "left alone" ? `The bridge leaves it alone: ${now.barred}` : text.startsWith("hand") ? `your hand was here: the bridge waits ${held} s` : text));
    say(flagLine, said.join(" · "));
    flagLine.hidden = said.length === 0;
    lines.forEach((line, column) => line.update(values[column] ?? null, now.low[column], now.high[column], now.snapshot[column]));
    eq.update(values.slice(2), now.low.slice(2), now.high.slice(2), now.snapshot.slice(2), `EQ of ${now.name}`);
    const levels = Object.entries(now.sends ?? {}).map(([word, level]) => `${word} ${words.db(level)}`);
    say(sends, levels.length ? `Read, and never written: ${levels.join(", ")}.` : "");
    sends.hidden = levels.length === 0;
    switches.update(now, track());
    fill(beliefs, believed ? Object.values(believed).map((each) => words.typeset(`${each.words} (${Math.round(100 * each.sure)} % sure)`)) : [`Nothing learnt from you yet about ${now.role}.`]);
    fill(moves, rows.length ? rows.map(moveWords) : ["none yet"]);
  }
  return { element, update, open, close, index: () => index };
}

function fill(list, texts) {
  list.replaceChildren(...texts.map((text) => h("li", { text })));
}

const verdict = (row) => (row.reward > 0 ? "▲" : row.reward < 0 ? "▼" : row.state === "reverted" ? "↺" : "·");

function moveWords(row) {
  const who = row.actor === "bridge" ? verdict(row) : words.actor(row.actor);
  return `${who} ${words.param(row.param)} ${words.value(row.param, row.from)} → ${words.value(row.param, row.to)}`;
}

/** A value on a line over its range, with the guard's bound and the start of the session. */
function makeLine(word, column) {
  const name = words.PARAM_NAMES[column];
  const number = h("output", { class: "number" });
  const bound = h("span", { class: "bound" });
  const dot = h("div", { class: "dot" });
  const bar = h("div", { class: "bar", role: "img" }, h("div", { class: "zone" }), h("div", { class: "notch" }), dot);
  const element = h("div", { class: "line" }, h("span", { text: word }), bar, number, bound);
  function update(value, low, high, start) {
    const [least, most] = state.facts.ranges?.[column] ?? [low, high];
    const share = (x) => percent(Math.max(0, Math.min(1, ((x ?? 0) - least) / (most - least || 1))));
    css(bar, "--value", share(value));
    css(bar, "--low", share(low));
    css(bar, "--high", share(high));
    css(bar, "--notch", share(start));
    dot.hidden = value === null;
    const text = words.value(name, value);
    mark(bar, "aria-label", `${word} ${text}`);
    say(number, text);
    say(bound, value === null ? "not there" : `${short(name, low)} to ${short(name, high)}`);
  }
  return { element, update };
}

function short(name, value) {
  if (name !== "pan") return words.shortDb(value);
  const percent = Math.round(Math.abs(value ?? 0) * 100);
  return percent === 0 ? "centre" : `${value < 0 ? "left" : "right"} ${percent}`;
}

/** Learn, Act and Safe for gain, EQ and pan; pressed is what the bridge has confirmed. */
function makeSwitches() {
  const buttons = [];
  let shown = null;
  let track = "";
  const cells = [h("span", { class: "corner" }), ...SWITCHES.map(([, word]) => h("span", { class: "column", text: word }))];
  for (const group of CLASSES) {
    cells.push(h("span", { class: "row", text: CLASS_WORDS[group] }));
    for (const [verb, word, field] of SWITCHES) {
      const button = h("button", { type: "button", class: `toggle ${verb}`, onclick: () => ask(verb, track, group, isOn(shown, field, group) ? 0 : 1) });
      buttons.push([button, word, field, group]);
      cells.push(button);
    }
  }
  function update(strip, number) {
    shown = strip;
    track = number;
    for (const [button, word, field, group] of buttons) {
      const on = isOn(strip, field, group);
      mark(button, "aria-label", `${word}, ${CLASS_WORDS[group]} of ${strip.name}`);
      mark(button, "aria-pressed", on ? "true" : "false");
      say(button, on ? "● on" : "○ off");
      button.disabled = state.may !== "all";
    }
  }
  return { element: h("div", { class: "toggles" }, cells), update };
}
