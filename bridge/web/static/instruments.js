// Instruments for phrases, made of the browser's own nodes after those of the demo's band.

/** @typedef {{ start: number, pitch: number, length: number, velocity: number }} Note */
/** @typedef {(out: AudioNode, note: Note, at: number, held: number) => void} Instrument */

const KICKS = new Set([35, 36]);
const SNARES = new Set([37, 38, 39, 40]);
const OPEN_HATS = new Set([46, 49, 51]);
const PICKED_AT = 0.18; // of the string's length
const HARMONICS = 24;

/** @type {WeakMap<BaseAudioContext, AudioBuffer>} */
const noises = new WeakMap();

/** @param {Note} note */
const hertz = (note) => 440 * 2 ** ((note.pitch - 69) / 12);

/**
 * A level that begins at once and falls to 1/e in `tau` seconds, until it is released.
 *
 * @param {AudioNode} out
 * @param {number} level
 * @param {number} at
 * @param {number} tau
 * @param {number} held
 */
function decay(out, level, at, tau, held = 8 * tau) {
  const gain = out.context.createGain();
  gain.gain.setValueAtTime(0, 0);
  gain.gain.setValueAtTime(level, at);
  gain.gain.setTargetAtTime(0, at, tau);
  gain.gain.setTargetAtTime(0, at + held, 0.02);
  gain.connect(out);
  return gain;
}

/**
 * @param {AudioNode} out
 * @param {number} frequency
 * @param {number} at
 * @param {number} lasts
 */
function tone(out, frequency, at, lasts) {
  const oscillator = out.context.createOscillator();
  oscillator.frequency.setValueAtTime(frequency, 0);
  oscillator.connect(out);
  oscillator.start(at);
  oscillator.stop(at + lasts);
  return oscillator;
}

/**
 * Noise above a corner.
 *
 * @param {AudioNode} out
 * @param {number} low Hz
 * @param {number} at
 * @param {number} lasts
 */
function hiss(out, low, at, lasts) {
  const { context } = out;
  let buffer = noises.get(context);
  if (!buffer) {
    buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const data = buffer.getChannelData(0);
    for (let i = 0; i < data.length; i += 1) data[i] = 2 * Math.random() - 1;
    noises.set(context, buffer);
  }
  const filter = context.createBiquadFilter();
  filter.type = "highpass";
  filter.frequency.value = low;
  filter.connect(out);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(filter);
  source.start(at);
  source.stop(at + lasts);
}

/** @type {Instrument} */
function drums(out, note, at) {
  const level = note.velocity / 127;
  if (KICKS.has(note.pitch)) {
    const skin = tone(decay(out, level, at, 0.11), 170, at, 0.5);
    skin.frequency.setValueAtTime(170, at);
    skin.frequency.setTargetAtTime(50, at, 0.022);
    hiss(decay(out, 0.5 * level, at, 0.004), 1200, at, 0.05);
  } else if (SNARES.has(note.pitch)) {
    tone(decay(out, 0.6 * level, at, 0.06), 187, at, 0.4);
    tone(decay(out, 0.3 * level, at, 0.035), 331, at, 0.3);
    hiss(decay(out, 0.5 * level, at, 0.075), 900, at, 0.5);
  } else {
    const tau = OPEN_HATS.has(note.pitch) ? 0.2 : 0.03;
    hiss(decay(out, 0.3 * level, at, tau), 6500, at, Math.min(6 * tau, 0.9));
  }
}

/** @type {Instrument} */
function bass(out, note, at, held) {
  const { context } = out;
  const level = note.velocity / 127;
  const imag = new Float32Array(HARMONICS + 1);
  for (let number = 1; number <= HARMONICS; number += 1) {
    const comb = Math.abs(Math.sin(Math.PI * number * PICKED_AT)) + 0.1;
    imag[number] = comb / number ** 0.9;
  }
  const filter = context.createBiquadFilter(); // high harmonics die first
  filter.frequency.setValueAtTime(3500, at);
  filter.frequency.setTargetAtTime(2 * hertz(note), at, 0.4);
  filter.connect(decay(out, level, at, 0.9, held));
  const string = tone(filter, hertz(note), at, held + 0.2);
  string.setPeriodicWave(context.createPeriodicWave(new Float32Array(HARMONICS + 1), imag));
}

/** @type {Instrument} */
export function piano(out, note, at, held) {
  const level = note.velocity / 127;
  const pitch = hertz(note);
  const lasts = held + 0.2;
  const bark = tone(decay(out, 0.4 * level, at, 0.9, held), pitch, at, lasts);
  const tine = tone(decay(out, 0.13 * level, at, 0.9, held), pitch, at, lasts);
  // Frequency modulation: the depth in Hz is the index times the modulator's frequency.
  for (const [carrier, ratio, index, tau] of /** @type {const} */ ([
    [bark, 1, 2.4, 0.35], [tine, 14, 1.1, 0.09],
  ])) {
    const depth = out.context.createGain();
    depth.gain.setValueAtTime(index * level * ratio * pitch, at);
    depth.gain.setTargetAtTime(0, at, tau);
    depth.connect(carrier.frequency);
    tone(depth, ratio * pitch, at, lasts);
  }
}

/** @type {Record<string, Instrument>} By the role of the track; a piano plays the others. */
export const INSTRUMENTS = { kick: drums, snare: drums, hats: drums, drums, bass };
