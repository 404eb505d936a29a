// Numbers as a mix engineer writes them.

const MINUS = "−";
const PARAMS = {
  gain: "gain",
  pan: "pan",
  "eq/low/gain": "low EQ",
  "eq/lowmid/gain": "low-mid EQ",
  "eq/highmid/gain": "high-mid EQ",
  "eq/high/gain": "high EQ",
};
const STATES = {
  proposed: "suggested",
  applied: "on its way",
  confirmed: "in the mix",
  unconfirmed: "in the mix, not confirmed by the DAW",
  reverted: "taken back",
  skipped: "skipped",
  expired: "expired",
};
const ACTORS = { bridge: "Bridge", hand: "Your hand", daw: "DAW" };

export const PARAM_NAMES = Object.keys(PARAMS);
export const param = (name) => PARAMS[name] ?? name;
export const state = (name) => STATES[name] ?? name;
export const actor = (name) => ACTORS[name] ?? name;

export function db(value) {
  if (value === null) return "–";
  if (value <= -100) return `${MINUS}∞ dB`;
  return `${sign(value)}${Math.abs(value).toFixed(1)} dB`;
}

/** A gain where there is little room: no unit. */
export function shortDb(value) {
  if (value === null) return "–";
  if (value <= -100) return `${MINUS}∞`;
  return `${sign(value)}${Math.abs(value).toFixed(1)}`;
}

export function value(name, number) {
  if (number === null) return "–";
  if (name !== "pan") return db(number);
  const percent = Math.round(Math.abs(number) * 100);
  return percent === 0 ? "centre" : `${number < 0 ? "left" : "right"} ${percent}`;
}

export function sign(number) {
  return Math.abs(number) < 0.05 ? "" : number < 0 ? MINUS : "+";
}

/** A row of the history: what was moved, from where to where. */
export function move(row) {
  return `${row.track} ${param(row.param)}: ${value(row.param, row.from)} → ${value(row.param, row.to)}`;
}

/** What has become of a row of the history. */
export function became(row) {
  if (!row.state) return "settled";
  const left = row.left === null ? "" : ` at ${value(row.param, row.left)}`;
  return `${state(row.state)}${left}`;
}

/** A text as a sentence: with a capital, and an end. */
export function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;
}

/** The bridge's own sentences with a real minus sign. */
export const typeset = (text) => text.replace(/-(?=\d)/g, MINUS);

export function ago(seconds) {
  if (seconds < 1.5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
