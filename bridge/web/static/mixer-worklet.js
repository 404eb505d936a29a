// The console's strips as an audio worklet: stem, four-band EQ, fader, pan, sum.
//
// The stems come in chunks, each of them from all tracks. Where the next chunk is not there yet the
// mixer waits in silence and says so.
//
// It computes what the embedded console computes (R. Bristow-Johnson's Audio EQ Cookbook: shelves
// of slope 0.7 at 100 Hz and 8 kHz, bells of Q 0.7 at 400 Hz and 2 kHz; its pan laws, see
// bridge/sim/console.py). The browser's own BiquadFilterNode cannot: its shelves have slope 1.

/** @typedef {import("./types.js").Chunk} Chunk */
/** @typedef {import("./types.js").MixerMessage} MixerMessage */
/** @typedef {import("./types.js").MixerOptions} MixerOptions */
/** @typedef {import("./types.js").MixerReport} MixerReport */
/** @typedef {import("./types.js").Track} Track */

const CENTRES_HZ = [100, 400, 2000, 8000];
const Q = 0.7;
const SLOPE = 0.7;
const SILENCE_DB = -150;
const FLAT_DB = 0.0005;
const BLOCK = 128; // frames that a browser asks for at once
const REPORT_BLOCKS = 38; // ten times a second
const FADE_S = 0.02;
const TRIM_SHARE = 0.0003; // of what is left of a change of trim, per frame

/**
 * @param {number} a
 * @param {number} cos
 * @param {number} alpha
 */
function bell(a, cos, alpha) {
  return [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a];
}

/**
 * @param {number} a
 * @param {number} cos
 * @param {number} alpha
 */
function lowShelf(a, cos, alpha) {
  const edge = 2 * Math.sqrt(a) * alpha;
  return [
    a * (a + 1 - (a - 1) * cos + edge),
    2 * a * (a - 1 - (a + 1) * cos),
    a * (a + 1 - (a - 1) * cos - edge),
    a + 1 + (a - 1) * cos + edge,
    -2 * (a - 1 + (a + 1) * cos),
    a + 1 + (a - 1) * cos - edge,
  ];
}

/**
 * The low shelf with its spectrum mirrored.
 *
 * @param {number} a
 * @param {number} cos
 * @param {number} alpha
 */
function highShelf(a, cos, alpha) {
  return lowShelf(a, -cos, alpha).map((x, i) => (i % 3 === 1 ? -x : x));
}

/**
 * Coefficients b0 b1 b2 a1 a2 of band 0 to 3 at `db`.
 *
 * @param {number} band
 * @param {number} db
 * @param {number} rate Hz
 */
function section(band, db, rate) {
  const a = 10 ** (db / 40);
  const omega = (2 * Math.PI * CENTRES_HZ[band]) / rate;
  const isShelf = band === 0 || band === 3;
  const steepness = isShelf ? Math.sqrt((a + 1 / a) * (1 / SLOPE - 1) + 2) : 1 / Q;
  const alpha = (Math.sin(omega) / 2) * steepness;
  const shape = [lowShelf, bell, bell, highShelf][band];
  const c = shape(a, Math.cos(omega), alpha);
  return [c[0] / c[3], c[1] / c[3], c[2] / c[3], c[4] / c[3], c[5] / c[3]];
}

/**
 * Gains [left, right] for each channel of a strip at `pan`, one after the other.
 *
 * @param {number} pan
 * @param {number} channels
 * @param {number | null} place
 */
function panGains(pan, channels, place) {
  const angle = ((pan + 1) * Math.PI) / 4;
  if (channels === 1) return [Math.cos(angle), Math.sin(angle)];
  if (place === null) return [Math.SQRT2 * Math.cos(angle), 0, 0, Math.SQRT2 * Math.sin(angle)];
  const turn = angle - ((place + 1) * Math.PI) / 4;
  return [Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn)];
}

class Strip {
  /**
   * @param {Track} track
   * @param {number} first its first channel in a chunk
   * @param {number[]} values gain dB, pan, four EQ gains in dB
   * @param {number} rate Hz
   */
  constructor({ channels, place }, first, values, rate) {
    this.channels = channels;
    this.place = place;
    this.first = first;
    this.rate = rate;
    this.now = Float64Array.from(values);
    this.step = new Float64Array(6);
    this.left = 0; // blocks until the target
    this.target = Float64Array.from(values);
    this.state = new Float64Array(8 * channels); // two for each band, transposed direct form II
    this.sections = [0, 1, 2, 3].map((band) => section(band, this.now[band + 2], rate));
    this.gain = Float64Array.from(this.gains());
    this.gainStep = new Float64Array(2 * channels);
    this.gainEnd = Array.from(this.gain);
  }

  /**
   * Be at `values` after `blocks`: on a straight line in dB, as the bridge's own ramps are.
   *
   * @param {number[]} values
   * @param {number} blocks
   */
  aim(values, blocks) {
    this.target.set(values);
    this.left = Math.max(1, blocks);
    for (let i = 0; i < 6; i += 1) this.step[i] = (this.target[i] - this.now[i]) / this.left;
  }

  gains() {
    const gain = this.now[0] <= SILENCE_DB ? 0 : 10 ** (this.now[0] / 20);
    return panGains(this.now[1], this.channels, this.place).map((each) => gain * each);
  }

  /** Go one block further towards the target. */
  advance() {
    if (this.left === 0) return;
    this.left -= 1;
    if (this.left === 0) this.now.set(this.target);
    else for (let i = 0; i < 6; i += 1) this.now[i] += this.step[i];
    for (let band = 0; band < 4; band += 1) {
      if (this.step[band + 2] === 0) continue;
      this.sections[band] = section(band, this.now[band + 2], this.rate);
    }
  }

  /** @param {number} frames */
  begin(frames) {
    this.advance();
    this.gainEnd = this.gains();
    for (let i = 0; i < this.gainStep.length; i += 1) {
      this.gainStep[i] = (this.gainEnd[i] - this.gain[i]) / frames;
    }
  }

  /**
   * Add the samples of a chunk from `offset` on to left and right, from frame `from` to `to`.
   *
   * @param {Chunk} chunk
   * @param {number} offset
   * @param {number} from
   * @param {number} to
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  play(chunk, offset, from, to, left, right) {
    const { sections } = this;
    for (let channel = 0; channel < this.channels; channel += 1) {
      const stem = chunk.data[this.first + channel];
      const scale = chunk.scales[this.first + channel];
      const state = this.state.subarray(8 * channel, 8 * channel + 8);
      const [toLeft, toRight] = [2 * channel, 2 * channel + 1];
      let gainLeft = this.gain[toLeft] + this.gainStep[toLeft] * from;
      let gainRight = this.gain[toRight] + this.gainStep[toRight] * from;
      for (let i = from; i < to; i += 1) {
        let x = stem[offset + i - from] * scale;
        for (let band = 0; band < 4; band += 1) {
          const s = 2 * band;
          const db = this.now[band + 2];
          if (db < FLAT_DB && db > -FLAT_DB && state[s] === 0) continue;
          const c = sections[band];
          const y = c[0] * x + state[s];
          state[s] = c[1] * x - c[3] * y + state[s + 1];
          state[s + 1] = c[2] * x - c[4] * y;
          x = y;
        }
        gainLeft += this.gainStep[toLeft];
        gainRight += this.gainStep[toRight];
        left[i] += x * gainLeft;
        right[i] += x * gainRight;
      }
    }
  }

  end() {
    this.gain.set(this.gainEnd);
  }
}

class Mixer extends AudioWorkletProcessor {
  /** @param {AudioWorkletNodeOptions} options */
  constructor(options) {
    super();
    /** @type {MixerOptions} */
    const { tracks, samples, chunk, chunks, values, isPlaying } = options.processorOptions;
    let first = 0;
    this.strips = tracks.map((track, i) => {
      first += track.channels;
      return new Strip(track, first - track.channels, values[i], sampleRate);
    });
    this.samples = samples;
    this.chunk = chunk; // samples in each but the last
    this.chunks = new Map(chunks ?? []);
    this.position = 0;
    this.isPlaying = isPlaying;
    this.fade = isPlaying ? 1 : 0; // play and stop without a click
    this.trim = 1; // equal loudness and volume, linear
    this.trimTarget = 1;
    this.power = 0;
    this.blocks = 0;
    this.isWaiting = false;
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  /** @param {MixerMessage} message */
  hear({ values = [], seconds = 0, isPlaying, trim, add, drop }) {
    const blocks = Math.round((seconds * sampleRate) / BLOCK);
    values.forEach((each, i) => this.strips[i]?.aim(each, blocks));
    if (isPlaying !== undefined) this.isPlaying = isPlaying;
    if (trim !== undefined) this.trimTarget = trim;
    if (add) this.chunks.set(...add);
    if (drop !== undefined) this.chunks.delete(drop);
  }

  /** The number of the chunk that plays. */
  index() {
    return Math.floor(this.position / this.chunk);
  }

  /**
   * Play on from the position: as far as the chunks reach.
   *
   * @param {number} frames
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  mix(frames, left, right) {
    for (const strip of this.strips) strip.begin(frames);
    let done = 0;
    while (done < frames) {
      const index = this.index();
      const chunk = this.chunks.get(index);
      this.isWaiting = !chunk;
      if (!chunk) break;
      const offset = this.position - index * this.chunk;
      const rest = Math.min(this.chunk - offset, this.samples - this.position);
      const to = Math.min(frames, done + rest);
      for (const strip of this.strips) strip.play(chunk, offset, done, to, left, right);
      this.position = (this.position + to - done) % this.samples;
      done = to;
    }
    for (const strip of this.strips) strip.end();
  }

  /**
   * Fade play and stop, trim, and measure what is heard.
   *
   * @param {number} wanted 1 to play, 0 to be silent
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  finish(wanted, left, right) {
    const step = 1 / (FADE_S * sampleRate);
    for (let i = 0; i < left.length; i += 1) {
      if (wanted > this.fade) this.fade = Math.min(1, this.fade + step);
      else if (wanted < this.fade) this.fade = Math.max(0, this.fade - step);
      this.trim += (this.trimTarget - this.trim) * TRIM_SHARE;
      left[i] *= this.fade * this.trim;
      right[i] *= this.fade * this.trim;
      this.power += left[i] * left[i] + right[i] * right[i];
    }
  }

  /** @param {number} frames in each block */
  report(frames) {
    const power = this.power / (2 * REPORT_BLOCKS * frames);
    /** @type {MixerReport} */
    const report = { power, position: this.position, isWaiting: this.isWaiting };
    this.port.postMessage(report);
    this.power = this.blocks = 0;
  }

  /**
   * @param {Float32Array[][]} _ no inputs
   * @param {Float32Array[][]} outputs
   */
  process(_, [[left, right]]) {
    const frames = left.length;
    const wanted = this.isPlaying && !this.isWaiting ? 1 : 0;
    if (this.isWaiting && this.chunks.has(this.index())) this.isWaiting = false;
    if (this.fade === 0 && wanted === 0) for (const strip of this.strips) strip.advance();
    else this.mix(frames, left, right);
    this.finish(wanted, left, right);
    this.blocks += 1;
    if (this.blocks === REPORT_BLOCKS) this.report(frames);
    return true;
  }
}

registerProcessor("mixer", Mixer);
