// The console's strips as an audio worklet: stem, four-band EQ, fader, pan, sum.
//
// It computes what the embedded console computes (R. Bristow-Johnson's Audio EQ Cookbook: shelves of
// slope 0.7 at 100 Hz and 8 kHz, bells of Q 0.7 at 400 Hz and 2 kHz; constant-power pan, -3 dB in the
// centre). The browser's own BiquadFilterNode cannot: its shelves have slope 1.

const CENTRES_HZ = [100, 400, 2000, 8000];
const Q = 0.7;
const SLOPE = 0.7;
const SILENCE_DB = -150;
const FLAT_DB = 0.0005;

function bell(a, cos, alpha) {
  return [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a];
}

function lowShelf(a, cos, alpha) {
  const edge = 2 * Math.sqrt(a) * alpha;
  return [
    a * (a + 1 - (a - 1) * cos + edge), 2 * a * (a - 1 - (a + 1) * cos), a * (a + 1 - (a - 1) * cos - edge),
    a + 1 + (a - 1) * cos + edge, -2 * (a - 1 + (a + 1) * cos), a + 1 + (a - 1) * cos - edge,
  ];
}

/** Coefficients b0 b1 b2 a1 a2 of band 0 to 3 at `db`. */
function section(band, db, rate) {
  const a = 10 ** (db / 40);
  const omega = (2 * Math.PI * CENTRES_HZ[band]) / rate;
  const isShelf = band === 0 || band === 3;
  const steepness = isShelf ? Math.sqrt((a + 1 / a) * (1 / SLOPE - 1) + 2) : 1 / Q;
  const alpha = (Math.sin(omega) / 2) * steepness;
  let c;
  if (!isShelf) c = bell(a, Math.cos(omega), alpha);
  else if (band === 0) c = lowShelf(a, Math.cos(omega), alpha);
  else c = lowShelf(a, -Math.cos(omega), alpha).map((x, i) => (i % 3 === 1 ? -x : x)); // the spectrum mirrored
  return [c[0] / c[3], c[1] / c[3], c[2] / c[3], c[4] / c[3], c[5] / c[3]];
}

class Strip {
  constructor(stem, values, rate) {
    this.stem = stem;
    this.rate = rate;
    this.now = Float64Array.from(values); // gain dB, pan, four EQ gains in dB
    this.step = new Float64Array(6);
    this.left = 0; // blocks until the target
    this.target = Float64Array.from(values);
    this.state = new Float64Array(8); // two for each band, transposed direct form II
    this.sections = [0, 1, 2, 3].map((band) => section(band, this.now[band + 2], rate));
    [this.gainLeft, this.gainRight] = this.gains();
  }

  /** Be at `values` after `blocks`: on a straight line in dB, as the bridge's own ramps are. */
  aim(values, blocks) {
    this.target.set(values);
    this.left = Math.max(1, blocks);
    for (let i = 0; i < 6; i += 1) this.step[i] = (this.target[i] - this.now[i]) / this.left;
  }

  gains() {
    const gain = this.now[0] <= SILENCE_DB ? 0 : 10 ** (this.now[0] / 20);
    const angle = ((this.now[1] + 1) * Math.PI) / 4;
    return [gain * Math.cos(angle), gain * Math.sin(angle)];
  }

  advance() {
    if (this.left === 0) return;
    this.left -= 1;
    for (let i = 0; i < 6; i += 1) this.now[i] = this.left === 0 ? this.target[i] : this.now[i] + this.step[i];
    for (let band = 0; band < 4; band += 1) if (this.step[band + 2] !== 0) this.sections[band] = section(band, this.now[band + 2], this.rate);
  }

  /** Add `frames` samples from `position` on to left and right. */
  play(position, frames, left, right) {
    this.advance();
    const [endLeft, endRight] = this.gains();
    const stepLeft = (endLeft - this.gainLeft) / frames;
    const stepRight = (endRight - this.gainRight) / frames;
    const { stem, state, sections } = this;
    let at = position;
    for (let i = 0; i < frames; i += 1) {
      let x = stem[at];
      at = at + 1 === stem.length ? 0 : at + 1;
      for (let band = 0; band < 4; band += 1) {
        const s = 2 * band;
        if (this.now[band + 2] < FLAT_DB && this.now[band + 2] > -FLAT_DB && state[s] === 0) continue;
        const c = sections[band];
        const y = c[0] * x + state[s];
        state[s] = c[1] * x - c[3] * y + state[s + 1];
        state[s + 1] = c[2] * x - c[4] * y;
        x = y;
      }
      this.gainLeft += stepLeft;
      this.gainRight += stepRight;
      left[i] += x * this.gainLeft;
      right[i] += x * this.gainRight;
    }
    this.gainLeft = endLeft;
    this.gainRight = endRight;
  }
}

class Mixer extends AudioWorkletProcessor {
  constructor(options) {
    super();
    const { stems, values, isPlaying } = options.processorOptions;
    this.strips = stems.map((stem, i) => new Strip(stem, values[i], sampleRate));
    this.position = 0;
    this.isPlaying = isPlaying;
    this.fade = isPlaying ? 1 : 0; // play and stop without a click
    this.trim = 1; // equal loudness and volume, linear
    this.trimTarget = 1;
    this.power = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  hear({ values, seconds, isPlaying, trim }) {
    if (values) values.forEach((each, i) => this.strips[i]?.aim(each, Math.round((seconds * sampleRate) / 128)));
    if (isPlaying !== undefined) this.isPlaying = isPlaying;
    if (trim !== undefined) this.trimTarget = trim;
  }

  process(_, [output]) {
    const [left, right] = output;
    const frames = left.length;
    const wanted = this.isPlaying ? 1 : 0;
    if (this.fade === 0 && wanted === 0) {
      for (const strip of this.strips) strip.advance();
      return true;
    }
    for (const strip of this.strips) strip.play(this.position, frames, left, right);
    this.position = (this.position + frames) % this.strips[0].stem.length;
    const step = 1 / (0.02 * sampleRate);
    for (let i = 0; i < frames; i += 1) {
      this.fade = Math.max(0, Math.min(1, this.fade + (wanted > this.fade ? step : wanted < this.fade ? -step : 0)));
      this.trim += (this.trimTarget - this.trim) * 0.0003;
      left[i] *= this.fade * this.trim;
      right[i] *= this.fade * this.trim;
      this.power += left[i] * left[i] + right[i] * right[i];
    }
    this.blocks += 1;
    if (this.blocks === 38) { // ten times a second
      this.port.postMessage({ power: this.power / (2 * 38 * frames) });
      this.power = this.blocks = 0;
    }
    return true;
  }
}

registerProcessor("mixer", Mixer);
