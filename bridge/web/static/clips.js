// Clips in an offer: a piano roll that shows what only this variant plays, and a way to hear it.

import { button, h, icon, say } from "./dom.js";
import { PICTURES } from "./contents.js";
import { state } from "./link.js";

/** @typedef {import("./types.js").Content} Content */
/** @typedef {{ start: number, pitch: number, length: number, velocity: number }} Note */
/** @typedef {{ length: number, notes: Note[] }} Phrase */

const BEAT_S = 0.5; // the page is not told the tempo: 120 beats a minute
const LEAST_ROWS = 12;
const DRUMS = new Set([35, 36, 37, 38, 39, 40, 42, 44, 46, 49, 51]);
const KICKS = new Set([35, 36]);
const SNARES = new Set([37, 38, 39, 40]);

/** @type {{ context: AudioContext, stop: () => void } | null} */
let sounding = null;

/**
 * The notes of a clip's text; null where it is none.
 *
 * @param {string} text
 * @returns {Phrase | null}
 */
export function readPhrase(text) {
  if (!text) return { length: 4, notes: [] };
  try {
    const body = JSON.parse(text);
    const notes = body.notes.map((/** @type {number[]} */ row) => {
      const [start = 0, pitch = 0, length = 0, velocity = 0] = row;
      return { start, pitch, length, velocity };
    });
    return { length: Number(body.length), notes };
  } catch {
    return null;
  }
}

/** @param {Note} note */
const place = (note) => `${note.start} ${note.pitch}`;

/** What every variant of the open offer plays, by place; nothing where there is one variant. */
function common() {
  const texts = (state.work?.variants ?? []).flatMap((variant) =>
    variant.contents.filter((content) => content.kind === "clip").map((content) => content.after));
  if (texts.length < 2) return new Set();
  const sets = texts.map((text) => new Set((readPhrase(text)?.notes ?? []).map(place)));
  return new Set([...(sets[0] ?? [])].filter((each) => sets.every((set) => set.has(each))));
}

/**
 * A piano roll: a bar a note; what all variants play is pale.
 *
 * @param {Phrase} phrase
 */
function makeRoll(phrase) {
  const pitches = phrase.notes.map((note) => note.pitch);
  const low = Math.min(...pitches, 127);
  const rows = Math.max(Math.max(...pitches, 0) - low + 1, LEAST_ROWS);
  const shared = common();
  const bars = Math.round(phrase.length / 4);
  const count = phrase.notes.length;
  const roll = h("div", {
    class: "roll",
    role: "img",
    "aria-label": `${count} notes in ${bars} bars, from pitch ${low}`,
  });
  for (let bar = 1; bar < bars; bar += 1) {
    const line = h("i", { class: "bar" });
    line.style.left = `${(100 * bar) / bars}%`;
    roll.append(line);
  }
  for (const note of phrase.notes) {
    const mark = h("i", { class: shared.has(place(note)) ? "note shared" : "note" });
    mark.style.left = `${(100 * note.start) / phrase.length}%`;
    mark.style.width = `${(100 * note.length) / phrase.length}%`;
    mark.style.bottom = `${(100 * (note.pitch - low)) / rows}%`;
    mark.style.height = `${100 / rows}%`;
    roll.append(mark);
  }
  return roll;
}

/** End what sounds. */
function silence() {
  sounding?.stop();
  sounding = null;
}

/**
 * Play a phrase once, on plain instruments of the browser.
 *
 * @param {Phrase} phrase
 * @param {() => void} ended
 */
function play(phrase, ended) {
  silence();
  const context = new AudioContext();
  const out = context.createGain();
  out.gain.value = 0.25;
  out.connect(context.destination);
  const isDrums = phrase.notes.every((note) => DRUMS.has(note.pitch));
  const begin = context.currentTime + 0.1;
  for (const note of phrase.notes) {
    const at = begin + note.start * BEAT_S;
    const held = isDrums ? 0.12 : note.length * BEAT_S;
    const gain = context.createGain();
    gain.gain.setValueAtTime(note.velocity / 127, at);
    gain.gain.setTargetAtTime(0, at + held, isDrums ? 0.03 : 0.05);
    gain.connect(out);
    const tone = isDrums ? makeHit(context, note, at) : makeTone(context, note, at);
    tone.connect(gain);
    tone.start(at);
    tone.stop(at + held + 0.4);
  }
  const last = setTimeout(ended, (phrase.length * BEAT_S + 0.5) * 1000);
  sounding = {
    context,
    stop: () => {
      clearTimeout(last);
      void context.close();
      ended();
    },
  };
}

/**
 * @param {AudioContext} context
 * @param {Note} note
 * @param {number} at
 */
function makeTone(context, note, at) {
  const tone = context.createOscillator();
  tone.type = "triangle";
  tone.frequency.setValueAtTime(440 * 2 ** ((note.pitch - 69) / 12), at);
  return tone;
}

/**
 * @param {AudioContext} context
 * @param {Note} note
 * @param {number} at
 */
function makeHit(context, note, at) {
  const tone = context.createOscillator();
  tone.type = KICKS.has(note.pitch) ? "sine" : "square";
  const hertz = KICKS.has(note.pitch) ? 120 : SNARES.has(note.pitch) ? 220 : 6000;
  tone.frequency.setValueAtTime(hertz, at);
  if (KICKS.has(note.pitch)) tone.frequency.exponentialRampToValueAtTime(45, at + 0.1);
  return tone;
}

/**
 * A clip as a roll with a button to hear it here; a text that is no phrase as it is.
 *
 * @param {Content} content
 */
function drawClip(content) {
  const phrase = readPhrase(content.after);
  if (!phrase) return h("p", { class: "content" }, h("code", { text: content.after }));
  const word = h("span", { text: "Listen here" });
  let isOn = false;
  const ended = () => {
    isOn = false;
    say(word, "Listen here");
  };
  const listen = button({
    class: "tool",
    onclick: () => {
      if (isOn) silence();
      else {
        play(phrase, ended);
        isOn = true;
        say(word, "Stop");
      }
    },
  }, icon("play"), word);
  return h("div", { class: "clip" }, makeRoll(phrase), listen);
}

PICTURES.clip = drawClip;
