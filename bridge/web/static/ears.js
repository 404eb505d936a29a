// The ears of the demo: this browser plays the console's stems through the strips as they stand.

import { h, icon, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, ask, fetchDocument, notify } from "./link.js";
import { shown } from "./keys.js";

const FOLLOW_S = 0.1; // the bridge tells its values ten times a second: straight lines between them are its ramps
const LISTEN_FIRST_MS = 8000; // nobody can judge a move who has not heard the mix before it
const SWITCH_S = 0.06; // between before and after
const SILENCE_DB = -150;
const FULL_SCALE = 32767;
const AHEAD = 5; // chunks of a song that are fetched before they are heard: 7 s at 48 kHz
const RETRY_MS = 3000;
const MEMORY = 96e6; // bytes of chunks that are kept; a short song is fetched once

/** What all tracks play in one chunk: the samples of each channel, and what to multiply them by. */
async function fetchChunk(ears, index) {
  const bytes = await (await fetchDocument(`stems/${index}`)).arrayBuffer();
  const channels = ears.tracks.reduce((sum, track) => sum + track.channels, 0);
  const count = Math.min(ears.chunk, ears.samples - index * ears.chunk);
  const scales = Array.from(new Float32Array(bytes, 0, channels), (scale) => scale / FULL_SCALE);
  const data = scales.map((_, i) => new Int16Array(bytes, 4 * channels + 2 * count * i, count));
  return { data, scales, bytes };
}

/** Give the mixer the chunks ahead of it, and take those away that lie behind where memory is short. */
function makeFeeder(ears, mixer, onTrouble) {
  const total = Math.ceil(ears.samples / ears.chunk);
  const there = new Set();
  let position = 0;
  let most = AHEAD;
  let isBusy = false;
  const distance = (index) => (index - Math.floor(position / ears.chunk) + total) % total;

  async function fill(until) {
    if (isBusy) return;
    isBusy = true;
    try {
      for (let ahead = 0; ahead < Math.min(until, total); ahead += 1) {
        const index = (Math.floor(position / ears.chunk) + ahead) % total;
        if (there.has(index)) continue;
        const { data, scales, bytes } = await fetchChunk(ears, index);
        most = Math.max(AHEAD + 2, Math.floor(MEMORY / bytes.byteLength));
        mixer.port.postMessage({ add: [index, { data, scales }] }, [bytes]);
        there.add(index);
        for (const old of [...there].sort((a, b) => distance(b) - distance(a)).slice(0, Math.max(0, there.size - most))) {
          there.delete(old);
          mixer.port.postMessage({ drop: old });
        }
      }
    } catch (error) {
      onTrouble(error);
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
    isBusy = false;
  }
  return { fill, follow(now) { position = now; fill(Math.max(AHEAD, Math.min(most - 1, total))); } };
}

async function makeMixer(context, options) {
  await context.audioWorklet.addModule("/static/mixer-worklet.js");
  return new AudioWorkletNode(context, "mixer", { numberOfInputs: 0, outputChannelCount: [2], processorOptions: options });
}

/** What the mixer makes of stems at fixed values: [left, right], without anything being heard. A stem is { channels: [samples], place }. */
export async function renderOffline(stems, values, rate, seconds) {
  const context = new OfflineAudioContext(2, Math.round(rate * seconds), rate);
  const data = stems.flatMap((stem) => stem.channels);
  const samples = data[0].length;
  const mixer = await makeMixer(context, {
    tracks: stems.map((stem) => ({ channels: stem.channels.length, place: stem.place })), samples, chunk: samples,
    chunks: [[0, { data, scales: data.map(() => 1) }]], values, isPlaying: true,
  });
  mixer.connect(context.destination);
  const rendered = await context.startRendering();
  return [rendered.getChannelData(0), rendered.getChannelData(1)];
}

/** The mixer's values of every strip: what is muted, or not soloed while others are, is closed. */
export function heardValues(strips, values) {
  const isAnySolo = strips.some((strip) => strip.solo);
  return values.map((row, i) => {
    const isOpen = strips[i] && !strips[i].mute && (strips[i].solo || !isAnySolo);
    return row.map((value, column) => (column === 0 && !isOpen ? SILENCE_DB : (value ?? 0)));
  });
}

/** Trims in dB for [before, after] that make both equally loud; only ever downwards. */
export function trims(louderDb) {
  return louderDb > 0 ? [0, -louderDb] : [louderDb, 0];
}

export function makeEars(element, card) {
  const playKey = h("kbd");
  const play = h("button", { type: "button", class: "primary play", onclick: () => toggle() }, icon("play"), h("span", { text: "Play" }), playKey);
  const before = h("button", { type: "button", class: "side", onclick: () => listenTo(true) }, "Before");
  const after = h("button", { type: "button", class: "side", onclick: () => listenTo(false) }, "After");
  const matched = h("input", { type: "checkbox", id: "matched", checked: true, onchange: () => follow(SWITCH_S) });
  const volume = h("input", { type: "range", id: "volume", min: -40, max: 0, step: 1, value: -6, "aria-label": "Volume", oninput: () => follow(SWITCH_S) });
  const heard = h("p", { class: "heardnow" });
  const level = h("meter", { min: 0, max: 1, "aria-label": "Level of what you hear" });
  element.append(play, h("div", { class: "sides", role: "group", "aria-label": "Which mix you hear" }, before, after),
    h("label", { class: "check", for: "matched" }, matched, "equally loud"),
    h("label", { class: "volume", for: "volume" }, "Volume", volume), level, heard);
  const welcome = makeWelcome(card, () => toggle());

  let context = null;
  let mixer = null;
  let feeder = null;
  let isLoading = false;
  let isPlaying = false;
  let isBusy = false;
  let isBefore = false;
  let modeWanted = "assist";
  let isFirst = true;
  let beginning = 0; // the timer after which the bridge may move; 0 once it ran

  async function toggle() {
    if (!state.facts.ears || isBusy) return;
    isBusy = true;
    try {
      if (isPlaying) await stop();
      else await start();
    } catch (error) {
      notify(`The band cannot be played here: ${error.message}`);
    }
    isBusy = false;
    update(new Set());
  }

  async function start() {
    welcome.close();
    if (!window.AudioWorkletNode) throw new Error("this browser plays only pages of its own machine; open the page there");
    context ??= new AudioContext({ sampleRate: state.facts.ears.rate, latencyHint: "playback" });
    await context.resume();
    if (!mixer) {
      say(heard, "Loading …");
      const { ears } = state.facts;
      mixer = await makeMixer(context, { ...ears, values: heardValues(state.strips, state.values), isPlaying: false });
      feeder = makeFeeder(ears, mixer, (error) => notify(`The stems cannot be fetched: ${error.message}`));
      await feeder.fill(1);
      mixer.connect(context.destination);
      mixer.port.onmessage = ({ data }) => {
        level.value = Math.max(0, 1 + (10 * Math.log10(data.power + 1e-9)) / 50);
        if (!isPlaying) return;
        feeder.follow(data.position);
        if (data.isWaiting !== isLoading) { isLoading = data.isWaiting; update(new Set()); }
      };
    }
    isPlaying = true;
    follow(SWITCH_S);
    mixer.port.postMessage({ isPlaying: true });
    beginning = setTimeout(begin, isFirst ? LISTEN_FIRST_MS : 0);
    isFirst = false;
  }

  /** Let the bridge move, once "before" has been heard. */
  function begin() {
    beginning = 0;
    if (state.status?.mode === "observe") ask("mode", modeWanted);
    update(new Set());
  }

  /** Whoever does not listen is not asked to judge. */
  async function stop() {
    isPlaying = false;
    clearTimeout(beginning);
    beginning = 0;
    mixer.port.postMessage({ isPlaying: false });
    level.value = 0;
    if (state.status && state.status.mode !== "observe") {
      modeWanted = state.status.mode;
      ask("mode", "observe");
    }
  }

  addEventListener("pagehide", () => { if (isPlaying) ask("mode", "observe"); });

  function listenTo(isBeforeNow) {
    isBefore = isBeforeNow;
    follow(SWITCH_S);
    update(new Set());
  }

  function follow(seconds) {
    if (!mixer) return;
    const values = isBefore ? state.compare?.before : state.values;
    if (!values || values.length !== state.strips.length) return;
    const [beforeDb, afterDb] = trims(matched.checked ? (state.compare?.louder ?? 0) : 0);
    const trim = 10 ** ((Number(volume.value) + (isBefore ? beforeDb : afterDb)) / 20);
    mixer.port.postMessage({ values: heardValues(state.strips, values), seconds, trim });
  }

  function update(changed) {
    const isThere = Boolean(state.facts.ears);
    element.hidden = !isThere;
    if (!isThere) return;
    document.body.dataset.ears = "yes";
    welcome.show(!isPlaying && !mixer && state.connection === "online" && state.status?.mode === "observe");
    say(playKey, shown("play"));
    say(play.children[1], isBusy ? "…" : isPlaying ? "Stop" : "Play");
    play.replaceChild(icon(isPlaying ? "stop" : "play"), play.firstChild);
    mark(play, "data-playing", isPlaying);
    mark(before, "aria-pressed", isBefore ? "true" : "false");
    mark(after, "aria-pressed", isBefore ? "false" : "true");
    const count = state.compare?.changed ?? 0;
    if (!isBusy) say(heard, !isPlaying ? "Press Play to hear the band." : isLoading ? "Loading …" : isBefore ? "You hear the mix as it began." : beginning && state.status?.mode === "observe" ? "Listen to the mix as it is. In a few seconds the bridge begins." : count ? `You hear the mix now: ${words.plural(count, "track")} changed.` : "You hear the mix as it began: nothing has changed yet.");
    if (["values", "strips", "compare"].some((name) => changed.has(name))) follow(FOLLOW_S);
  }
  return { update, toggle, closeWelcome: () => welcome.close() };
}

/** What a first visitor reads: three sentences and one button. It covers nothing; Esc closes it. */
function makeWelcome(element, onPlay) {
  const button = h("button", { type: "button", class: "primary", onclick: onPlay }, icon("play"), "Play the band");
  const dismiss = h("button", { type: "button", class: "tool", text: "Close", onclick: () => close() });
  element.append(
    h("h2", { id: "welcome-title", text: "Teach it your taste" }),
    h("ol", {},
      h("li", { text: "Press Play: a small band, roughly mixed." }),
      h("li", { text: "Every few seconds the bridge moves one thing. Listen." }),
      h("li", { text: "Good or Bad? Bad takes it back. It learns from every answer." })),
    h("div", { class: "actions" }, button, dismiss));
  let isGone = false;
  /** Close it for good; says whether it was open. */
  function close() {
    const wasOpen = !element.hidden;
    isGone = true;
    element.hidden = true;
    return wasOpen;
  }
  return {
    show(isWanted) {
      if (isGone || isWanted !== element.hidden) return;
      element.hidden = !isWanted;
      if (isWanted) button.focus({ preventScroll: true });
    },
    close,
  };
}
