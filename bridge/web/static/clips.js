// Clips in an offer: a piano roll that shows what only this variant plays, and a way to hear it.

import { button, h, icon, say } from "./dom.js";
import { PICTURES } from "./contents.js";
import { INSTRUMENTS, piano } from "./instruments.js";
import { state } from "./link.js";

/** @typedef {import("./types.js").Content} Content */
/** @typedef {{ start: number, pitch: number, length: number, velocity: number }} Note */
/** @typedef {{ length: number, notes: Note[] }} Phrase */

const DEFAULT_BPM = 120; // where the DAW reports no tempo
const LEAST_ROWS = 12;
const BAND_LEVEL = 0.5; // of the other tracks beside the variant

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

/** The notes of each variant of the open offer. */
function offered() {
  const contents = (state.work?.variants ?? []).flatMap((variant) => variant.contents);
  return contents.filter((content) => content.kind === "clip")
    .map((content) => readPhrase(content.after)?.notes ?? []);
}

/**
 * What every variant plays, by place; nothing where there is one variant.
 *
 * @param {Note[][]} variants
 */
function common(variants) {
  if (variants.length < 2) return new Set();
  const sets = variants.map((notes) => new Set(notes.map(place)));
  return new Set([...(sets[0] ?? [])].filter((each) => sets.every((set) => set.has(each))));
}

/**
 * A piano roll: a bar a note; what all variants play is pale, and all have the same pitches.
 *
 * @param {Phrase} phrase
 */
function makeRoll(phrase) {
  const variants = offered();
  const pitches = [...variants, phrase.notes].flat().map((note) => note.pitch);
  const low = Math.min(...pitches, 127);
  const rows = Math.max(Math.max(...pitches, 0) - low + 1, LEAST_ROWS);
  const shared = common(variants);
  const bars = Math.round(phrase.length / 4);
  const count = phrase.notes.length;
  const roll = h("div", {
    class: "roll",
    role: "img",
    "aria-label": `${count} notes in ${bars} bars, from pitch ${low}`,
  });
  for (let bar = 1; bar < bars; bar += 1) {
    const line = h("i", { class: "roll-bar" });
    line.style.left = `${(100 * bar) / bars}%`;
    roll.append(line);
  }
  for (const note of phrase.notes) {
    const mark = h("i", { class: shared.has(place(note)) ? "roll-note shared" : "roll-note" });
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
 * Play notes from `begin` on, again and again where the phrase goes on longer than they do.
 *
 * @param {AudioNode} out
 * @param {Phrase} phrase
 * @param {string} role of the track
 * @param {number} begin seconds
 * @param {number} beats
 * @param {number} beat seconds
 */
function schedule(out, phrase, role, begin, beats, beat) {
  const sound = INSTRUMENTS[role] ?? piano;
  for (let from = 0; from < beats; from += Math.max(phrase.length, 4)) {
    for (const note of phrase.notes) {
      const start = from + note.start;
      if (start < beats) sound(out, note, begin + start * beat, note.length * beat);
    }
  }
}

/**
 * Play a phrase once at the song's tempo, on the instruments of the demo, with the other tracks.
 *
 * @param {Phrase} phrase
 * @param {() => void} ended
 */
function play(phrase, ended) {
  silence();
  const beat = 60 / (state.work?.tempo ?? DEFAULT_BPM); // seconds
  const context = new AudioContext();
  const out = context.createGain();
  out.gain.value = 0.25;
  out.connect(context.destination);
  const strip = state.strips.find(({ name }) => name === state.work?.track);
  const begin = context.currentTime + 0.1;
  schedule(out, phrase, strip?.role ?? "", begin, phrase.length, beat);
  const band = context.createGain();
  band.gain.value = BAND_LEVEL;
  band.connect(out);
  for (const { role, text } of state.work?.band ?? []) {
    const clip = readPhrase(text);
    if (clip) schedule(band, clip, role, begin, phrase.length, beat);
  }
  const last = setTimeout(ended, (phrase.length * beat + 0.5) * 1000);
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
