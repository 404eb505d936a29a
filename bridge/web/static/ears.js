// The ears of the demo: this browser plays the console's stems through the strips as they stand.

import { button, h, icon, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask, fetchDocument, notify } from "./link.js";
import { shown } from "./keys.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").Chunk} Chunk */
/** @typedef {import("./types.js").Ears} Ears */
/** @typedef {import("./types.js").MixerMessage} MixerMessage */
/** @typedef {import("./types.js").MixerOptions} MixerOptions */
/** @typedef {import("./types.js").MixerReport} MixerReport */
/** @typedef {import("./types.js").Values} Values */

// The bridge tells its values ten times a second: straight lines between them are its ramps.
const FOLLOW_S = 0.1;
const LISTEN_FIRST_MS = 8000; // nobody can judge a move who has not heard the mix before it
const SWITCH_S = 0.06; // between before and after
const SILENCE_DB = -150;
const FULL_SCALE = 32767;
const AHEAD = 5; // chunks of a song that are fetched before they are heard: 7 s at 48 kHz
const RETRY_MS = 3000;
const MEMORY = 96e6; // bytes of chunks that are kept; a short song is fetched once
const METER_DB = 50; // the range of the meter
const TOO_OLD =
  "this browser plays only pages of its own machine; open the page there";

/** @param {unknown} error */
const reason = (error) => (error instanceof Error ? error.message : String(error));

/**
 * What all tracks play in one chunk, and its bytes.
 *
 * @param {Ears} ears
 * @param {number} index
 */
async function fetchChunk(ears, index) {
  const bytes = await (await fetchDocument(`stems/${index}`)).arrayBuffer();
  const channels = ears.tracks.reduce((sum, track) => sum + track.channels, 0);
  const count = Math.min(ears.chunk, ears.samples - index * ears.chunk);
  const scales = Array.from(new Float32Array(bytes, 0, channels), (scale) => scale / FULL_SCALE);
  const data = scales.map((_, i) => new Int16Array(bytes, 4 * channels + 2 * count * i, count));
  return { chunk: { data, scales }, bytes };
}

/**
 * Send the mixer what is to change.
 *
 * @param {AudioWorkletNode} mixer
 * @param {MixerMessage} message
 * @param {ArrayBuffer[]} handed over, not copied
 */
function send(mixer, message, handed = []) {
  mixer.port.postMessage(message, handed);
}

/**
 * Give the mixer the chunks ahead of it, and take those away that lie behind where memory is short.
 *
 * @param {Ears} ears
 * @param {AudioWorkletNode} mixer
 * @param {(error: unknown) => void} onTrouble
 */
function makeFeeder(ears, mixer, onTrouble) {
  const total = Math.ceil(ears.samples / ears.chunk);
  /** @type {Set<number>} */
  const there = new Set();
  let position = 0;
  let most = AHEAD;
  let isBusy = false;
  const here = () => Math.floor(position / ears.chunk);
  /** @param {number} index */
  const distance = (index) => (index - here() + total) % total;

  /** @param {number} until how many chunks ahead */
  async function fill(until) {
    if (isBusy) return;
    isBusy = true;
    try {
      for (let ahead = 0; ahead < Math.min(until, total); ahead += 1) {
        const index = (here() + ahead) % total;
        if (!there.has(index)) await add(index);
      }
    } catch (error) {
      onTrouble(error);
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
    isBusy = false;
  }

  /** @param {number} index */
  async function add(index) {
    const { chunk, bytes } = await fetchChunk(ears, index);
    most = Math.max(AHEAD + 2, Math.floor(MEMORY / bytes.byteLength));
    send(mixer, { add: [index, chunk] }, [bytes]);
    there.add(index);
    const farthest = [...there].sort((a, b) => distance(b) - distance(a));
    for (const old of farthest.slice(0, Math.max(0, there.size - most))) {
      there.delete(old);
      send(mixer, { drop: old });
    }
  }

  /** @param {number} now the sample that is played */
  function follow(now) {
    position = now;
    fill(Math.max(AHEAD, Math.min(most - 1, total)));
  }
  return { fill, follow };
}

/**
 * @param {BaseAudioContext} context
 * @param {MixerOptions} options
 */
async function makeMixer(context, options) {
  await context.audioWorklet.addModule("/static/mixer-worklet.js");
  return new AudioWorkletNode(context, "mixer", {
    numberOfInputs: 0,
    outputChannelCount: [2],
    processorOptions: options,
  });
}

/**
 * What the mixer makes of stems at fixed values: [left, right], without anything being heard.
 *
 * @param {{ channels: Float32Array[], place: number | null }[]} stems
 * @param {number[][]} values
 * @param {number} rate Hz
 * @param {number} seconds
 */
export async function renderOffline(stems, values, rate, seconds) {
  const context = new OfflineAudioContext(2, Math.round(rate * seconds), rate);
  const data = stems.flatMap((stem) => stem.channels);
  const samples = data[0].length;
  const mixer = await makeMixer(context, {
    tracks: stems.map(({ channels, place }) => ({ channels: channels.length, place })),
    samples,
    chunk: samples,
    chunks: [[0, { data, scales: data.map(() => 1) }]],
    values,
    isPlaying: true,
  });
  mixer.connect(context.destination);
  const rendered = await context.startRendering();
  return [rendered.getChannelData(0), rendered.getChannelData(1)];
}

/**
 * The mixer's values of every strip: what is muted, or not soloed while others are, is closed.
 *
 * @param {import("./types.js").Strip[]} strips
 * @param {Values[]} values
 */
export function heardValues(strips, values) {
  const isAnySolo = strips.some((strip) => strip.solo);
  return values.map((row, i) => {
    const isOpen = strips[i] && !strips[i].mute && (strips[i].solo || !isAnySolo);
    return row.map((value, column) => (column === 0 && !isOpen ? SILENCE_DB : (value ?? 0)));
  });
}

/**
 * Trims in dB for [before, after] that make both equally loud; only ever downwards.
 *
 * @param {number} louderDb
 */
export function trims(louderDb) {
  return louderDb > 0 ? [0, -louderDb] : [louderDb, 0];
}

/**
 * The bar of the ears, and the card of a first visitor.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} card
 */
export function makeEars(element, card) {
  const playKey = h("kbd");
  const playWord = h("span", { text: "Play" });
  const play = button({ class: "primary play", onclick: () => toggle() },
    icon("play"), playWord, playKey);
  const before = button({ class: "side", onclick: () => listenTo(true) }, "Before");
  const after = button({ class: "side", onclick: () => listenTo(false) }, "After");
  const matched = h("input", {
    type: "checkbox",
    id: "matched",
    checked: true,
    onchange: () => follow(SWITCH_S),
  });
  const volume = h("input", {
    type: "range",
    id: "volume",
    min: -40,
    max: 0,
    step: 1,
    value: -6,
    "aria-label": "Volume",
    oninput: () => follow(SWITCH_S),
  });
  const heard = h("p", { class: "heardnow" });
  const level = h("meter", { min: 0, max: 1, "aria-label": "Level of what you hear" });
  const sides = { class: "sides", role: "group", "aria-label": "Which mix you hear" };
  element.append(
    play,
    h("div", sides, before, after),
    h("label", { class: "check", for: "matched" }, matched, "equally loud"),
    h("label", { class: "volume", for: "volume" }, "Volume", volume),
    level,
    heard,
  );
  const welcome = makeWelcome(card, () => toggle());

  /** @type {AudioContext | null} */
  let context = null;
  /** @type {AudioWorkletNode | null} */
  let mixer = null;
  let isLoading = false;
  let isPlaying = false;
  let isBusy = false;
  let isBefore = false;
  let modeWanted = "assist";
  let isFirst = true;
  let beginning = 0; // the timer after which the bridge may move; 0 once it ran

  async function toggle() {
    const { ears } = state.facts;
    if (!ears || isBusy) return;
    isBusy = true;
    try {
      if (isPlaying) stop();
      else await start(ears);
    } catch (error) {
      notify(`The band cannot be played here: ${reason(error)}`);
    }
    isBusy = false;
    update(new Set());
  }

  /** @param {Ears} ears */
  async function start(ears) {
    welcome.close();
    if (!("AudioWorkletNode" in window)) throw new Error(TOO_OLD);
    context ??= new AudioContext({ sampleRate: ears.rate, latencyHint: "playback" });
    await context.resume();
    mixer ??= await load(context, ears);
    isPlaying = true;
    follow(SWITCH_S);
    send(mixer, { isPlaying: true });
    beginning = setTimeout(begin, isFirst ? LISTEN_FIRST_MS : 0);
    isFirst = false;
  }

  /**
   * A mixer with the first chunk.
   *
   * @param {AudioContext} context
   * @param {Ears} ears
   */
  async function load(context, ears) {
    say(heard, "Loading …");
    const values = heardValues(state.strips, state.values);
    const loaded = await makeMixer(context, { ...ears, values, isPlaying: false });
    const feeder = makeFeeder(ears, loaded, (error) =>
      notify(`The stems cannot be fetched: ${reason(error)}`));
    await feeder.fill(1);
    loaded.connect(context.destination);
    loaded.port.onmessage = ({ data }) => {
      /** @type {MixerReport} */
      const { power, position, isWaiting } = data;
      level.value = Math.max(0, 1 + (10 * Math.log10(power + 1e-9)) / METER_DB);
      if (!isPlaying) return;
      feeder.follow(position);
      if (isWaiting === isLoading) return;
      isLoading = isWaiting;
      update(new Set());
    };
    return loaded;
  }

  /** Let the bridge move, once "before" has been heard. */
  function begin() {
    beginning = 0;
    if (state.status?.mode === "observe") ask("mode", modeWanted);
    update(new Set());
  }

  /** Whoever does not listen is not asked to judge. */
  function stop() {
    isPlaying = false;
    clearTimeout(beginning);
    beginning = 0;
    if (mixer) send(mixer, { isPlaying: false });
    level.value = 0;
    if (state.status && state.status.mode !== "observe") {
      modeWanted = state.status.mode;
      ask("mode", "observe");
    }
  }

  addEventListener("pagehide", () => {
    if (isPlaying) ask("mode", "observe");
  });

  /** @param {boolean} isBeforeNow */
  function listenTo(isBeforeNow) {
    isBefore = isBeforeNow;
    follow(SWITCH_S);
    update(new Set());
  }

  /**
   * Let the mixer play what is chosen, at its loudness.
   *
   * @param {number} seconds until it is there
   */
  function follow(seconds) {
    if (!mixer) return;
    const values = isBefore ? state.compare?.before : state.values;
    if (!values || values.length !== state.strips.length) return;
    const [beforeDb, afterDb] = trims(matched.checked ? (state.compare?.louder ?? 0) : 0);
    const trim = 10 ** ((Number(volume.value) + (isBefore ? beforeDb : afterDb)) / 20);
    send(mixer, { values: heardValues(state.strips, values), seconds, trim });
  }

  /** What is heard, in a sentence. */
  function heardWords() {
    if (!isPlaying) return "Press Play to hear the band.";
    if (isLoading) return "Loading …";
    if (isBefore) return "You hear the mix as it began.";
    if (beginning && state.status?.mode === "observe") {
      return "Listen to the mix as it is. In a few seconds the bridge begins.";
    }
    const count = state.compare?.changed ?? 0;
    return count
      ? `You hear the mix now: ${words.plural(count, "track")} changed.`
      : "You hear the mix as it began: nothing has changed yet.";
  }

  /** @param {Changed} changed */
  function update(changed) {
    element.hidden = !state.facts.ears;
    if (element.hidden) return;
    document.body.dataset.ears = "yes";
    const isWaiting = state.connection === "online" && state.status?.mode === "observe";
    welcome.show(!isPlaying && !mixer && isWaiting);
    say(playKey, shown("play"));
    say(playWord, isBusy ? "…" : isPlaying ? "Stop" : "Play");
    play.children[0].replaceWith(icon(isPlaying ? "stop" : "play"));
    mark(play, "data-playing", isPlaying);
    mark(before, "aria-pressed", isBefore ? "true" : "false");
    mark(after, "aria-pressed", isBefore ? "false" : "true");
    if (!isBusy) say(heard, heardWords());
    if (["values", "strips", "compare"].some((name) => changed.has(name))) follow(FOLLOW_S);
  }
  return { update, toggle, closeWelcome: () => welcome.close() };
}

/**
 * What a first visitor reads: three sentences and one button. It covers nothing; Esc closes it.
 *
 * @param {HTMLElement} element
 * @param {() => void} onPlay
 */
function makeWelcome(element, onPlay) {
  const play = button({ class: "primary", onclick: onPlay }, icon("play"), "Play the band");
  const dismiss = button({ class: "tool", text: "Close", onclick: () => close() });
  element.append(
    h("h2", { id: "welcome-title", text: "Teach it your taste" }),
    h("ol", {},
      h("li", { text: "Press Play: a small band, roughly mixed." }),
      h("li", { text: "Every few seconds the bridge moves one thing. Listen." }),
      h("li", { text: "Good or Bad? Bad takes it back. It learns from every answer." })),
    h("div", { class: "actions" }, play, dismiss),
  );
  let isGone = false;
  /** Close it for good; says whether it was open. */
  function close() {
    const wasOpen = !element.hidden;
    isGone = true;
    element.hidden = true;
    return wasOpen;
  }
  /** @param {boolean} isWanted */
  function show(isWanted) {
    if (isGone || isWanted !== element.hidden) return;
    element.hidden = !isWanted;
    if (isWanted) play.focus({ preventScroll: true });
  }
  return { show, close };
}
