// The desk: every strip as the DAW has confirmed it, its bounds, and what the bridge may do there.

import { h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";

const ROLES = ["kick", "snare", "hats", "drums", "bass", "guitar", "keys", "lead", "backing", "pad", "strings", "fx", "other"];
const CLASSES = ["gain", "eq", "pan"];
const CLASS_WORDS = { gain: "Gain", eq: "EQ", pan: "Pan" };
const SWITCHES = [["learn", "Learn", "noLearn"], ["act", "Act", "noAct"], ["safe", "Safe", "safe"]];
const EQ_WORDS = ["Low", "Lo mid", "Hi mid", "High"];
const METER_FLOOR = -60;

/** Where a level stands on a fader of 0 to 1: the upper 20 dB take most of the way. */
const place = (db) => Math.max(0, Math.min(1, ((db ?? -60) + 60) / 66)) ** 1.7;
const percent = (share) => `${(100 * share).toFixed(1)}%`;
const css = (element, name, text) => {
  if (element.style.getPropertyValue(name) !== text) element.style.setProperty(name, text);
};

export function makeDesk() {
  const grid = h("div", { class: "strips" });
  const empty = h("p", { class: "empty", text: "No tracks yet. Start the DAW, or look at the Doctor." });
  const legend = h("p", { class: "legend", text: "Shaded: how far the bridge may go. Notch: where the session began. Learn: your moves there teach. Act: it may move by itself. Safe: hands off." });
  const element = h("section", { class: "desk" }, h("h1", { text: "Desk" }), legend, empty, grid);
  let strips = [];
  const only = new URLSearchParams(location.search).get("track");

  function update(changed) {
    if (changed.has("strips") || strips.length !== state.strips.length) arrange();
    strips.forEach((strip) => strip.update(changed));
  }

  function arrange() {
    const names = state.strips.map((strip) => strip.name);
    if (strips.length !== names.length || strips.some((strip, i) => strip.name !== names[i])) {
      strips = names.map((name, i) => makeStrip(name, i));
      grid.replaceChildren(...strips.filter((_, i) => !only || only === String(i + 1)).map((strip) => strip.element));
    }
    empty.hidden = names.length > 0;
  }
  return { element, update };
}

function makeStrip(name, index) {
  const track = `#${index + 1}`; // the number, whatever any track is called
  const title = h("h2", { text: name });
  const role = h("select", { "aria-label": `Role of ${name}`, onchange: () => { ask("role", track, role.value); role.value = state.strips[index].role; } }, ROLES.map((each) => h("option", { value: each, text: each })));
  const meter = h("div", { class: "meter", role: "img" }, h("div", { class: "fill" }), h("div", { class: "peak" }));
  const fader = h("div", { class: "fader", role: "img" }, h("div", { class: "zone" }), h("div", { class: "notch" }), h("div", { class: "cap" }));
  const gain = h("output", { class: "number" });
  const level = h("span", { class: "level" });
  const pan = makeBar("Pan", "pan");
  const bands = EQ_WORDS.map((word) => makeBar(word, "eq"));
  const toggles = makeToggles(name, track, index);
  const moves = h("ol", { class: "last" });
  const element = h("article", { class: "strip", "aria-label": name },
    h("header", {}, h("span", { class: "nr", text: index + 1 }), title, role),
    h("div", { class: "body" }, h("div", { class: "faders" }, meter, fader), h("div", { class: "knobs" }, h("div", { class: "gain" }, h("span", { text: "Gain" }), gain), level, pan.element, bands.map((band) => band.element))),
    toggles.element,
    h("h3", { text: "Last moves" }), moves);

  function update(changed) {
    const strip = state.strips[index];
    const values = state.values[index] ?? [];
    if (changed.has("levels") || changed.has("connection")) updateMeter();
    if (changed.has("values") || changed.has("strips") || changed.has("held")) {
      say(gain, words.db(values[0] ?? null));
      css(fader, "--value", percent(place(values[0])));
      css(fader, "--low", percent(place(strip.low[0])));
      css(fader, "--high", percent(place(strip.high[0])));
      css(fader, "--notch", percent(place(strip.snapshot[0])));
      mark(fader, "aria-label", `${name} gain ${words.db(values[0] ?? null)}, the bridge may go from ${words.db(strip.low[0])} to ${words.db(strip.high[0])}`);
      pan.update(values[1], strip.low[1], strip.high[1], strip.snapshot[1], 1, words.value("pan", values[1] ?? null));
      bands.forEach((band, i) => band.update(values[i + 2], strip.low[i + 2], strip.high[i + 2], strip.snapshot[i + 2], 12, words.db(values[i + 2] ?? null)));
      if (document.activeElement !== role) role.value = strip.role;
      toggles.update(strip);
    }
    if (changed.has("rows") || changed.has("strips")) updateMoves(strip);
    role.disabled = state.may !== "all";
  }

  function updateMeter() {
    const [rms, peak] = state.levels[index] ?? [null, null];
    const share = (db) => Math.max(0, Math.min(1, 1 - (db ?? METER_FLOOR) / METER_FLOOR));
    css(meter, "--level", percent(share(rms)));
    css(meter, "--peak", percent(share(peak)));
    mark(meter, "data-over", peak !== null && peak > -0.1);
    const strip = state.strips[index];
    const held = state.held[index] ?? 0;
    const text = rms === null ? "silent" : `${words.db(rms)} RMS`;
    mark(meter, "aria-label", `${name} level ${text}`);
    say(level, [text, strip.barred ? `left alone: ${strip.barred}` : "", strip.mute ? "muted" : "", strip.solo ? "solo" : "", held ? `your hand, ${held} s` : "", strip.roleSource === "sound" ? "role guessed from its sound" : ""].filter(Boolean).join(" · "));
  }

  function updateMoves(strip) {
    const rows = strip.moves.map((id) => state.rows.get(id)).filter(Boolean).slice(0, 3);
    const texts = rows.map((row) => `${row.actor === "bridge" ? mark2(row) : words.actor(row.actor)} ${words.param(row.param)} ${words.value(row.param, row.from)} → ${words.value(row.param, row.to)}`);
    if (texts.length === 0) texts.push("none yet");
    if (moves.dataset.text === texts.join("|")) return;
    moves.dataset.text = texts.join("|");
    moves.replaceChildren(...texts.map((text) => h("li", { text })));
  }
  return { element, update, name };
}

const mark2 = (row) => (row.reward > 0 ? "▲" : row.reward < 0 ? "▼" : row.state === "reverted" ? "↺" : "·");

/** A value on a line from -span to +span, with the bounds and the notch of the session's start. */
function makeBar(word, kind) {
  const number = h("output", { class: "number" });
  const bar = h("div", { class: "bar", role: "img" }, h("div", { class: "zone" }), h("div", { class: "notch" }), h("div", { class: "dot" }));
  const element = h("div", { class: `line ${kind}` }, h("span", { text: word }), bar, number);
  function update(value, low, high, notch, span, text) {
    const share = (x) => percent(Math.max(0, Math.min(1, ((x ?? 0) + span) / (2 * span))));
    css(bar, "--value", share(value));
    css(bar, "--low", share(low));
    css(bar, "--high", share(high));
    css(bar, "--notch", share(notch));
    mark(bar, "aria-label", `${word} ${text}`);
    say(number, text);
  }
  return { element, update };
}

/** Learn, Act and Safe for gain, EQ and pan; pressed is what the bridge has confirmed. */
function makeToggles(name, track, index) {
  const buttons = new Map();
  const cells = [h("span", { class: "corner" }), ...SWITCHES.map(([, word]) => h("span", { class: "column", text: word }))];
  for (const group of CLASSES) {
    cells.push(h("span", { class: "row", text: CLASS_WORDS[group] }));
    for (const [verb, word, field] of SWITCHES) {
      const button = h("button", { type: "button", class: `toggle ${verb}`, "aria-label": `${word}, ${CLASS_WORDS[group]} of ${name}`, onclick: () => ask(verb, track, group, isOn(field, group) ? 0 : 1) });
      buttons.set(`${field} ${group}`, button);
      cells.push(button);
    }
  }
  const isOn = (field, group) => state.strips[index][field].includes(group) === (field === "safe");
  function update() {
    for (const [key, button] of buttons) {
      const [field, group] = key.split(" ");
      mark(button, "aria-pressed", isOn(field, group) ? "true" : "false");
      say(button, isOn(field, group) ? "● on" : "○ off");
      button.disabled = state.may !== "all";
    }
  }
  return { element: h("div", { class: "toggles" }, cells), update };
}
