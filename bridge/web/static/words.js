// Numbers as a mix engineer writes them.

import { state as known } from "./link.js";

/** @typedef {import("./types.js").Row} Row */

const MINUS = "−";
/** @type {Record<string, string>} */
const STATES = {
  proposed: "suggested",
  applied: "on its way",
  confirmed: "in the mix",
  unconfirmed: "in the mix, not confirmed by the DAW",
  reverted: "taken back",
  skipped: "skipped",
  expired: "expired",
};
/** @type {Record<string, string>} */
const ACTORS = { bridge: "Bridge", hand: "Your hand", daw: "DAW" };

/** @param {string} name */
const found = (name) => known.facts.schema.params.find((each) => each.name === name);

/** A content as the history names it: its kind, and its name. */
const CONTENT = /^(item|clip|patch) /;

/**
 * A parameter as a person says it; that of a device and a content are called as they are.
 *
 * @param {string} name
 */
export const param = (name) => found(name)?.words ?? name;

/** @param {string} name */
export const state = (name) => STATES[name] ?? name;

/** @param {string} name */
export const actor = (name) => ACTORS[name] ?? name;

/** @param {number | null} value */
export function db(value) {
  return value === null ? "–" : `${shortDb(value)} dB`;
}

/**
 * A gain where there is little room: no unit.
 *
 * @param {number | null} value
 */
export function shortDb(value) {
  if (value === null) return "–";
  if (value <= -100) return `${MINUS}∞`;
  return `${sign(value)}${Math.abs(value).toFixed(1)}`;
}

/**
 * A value of a parameter, in its unit.
 *
 * @param {string} name
 * @param {number | null} number
 */
export function value(name, number) {
  if (number === null) return "–";
  if (CONTENT.test(name)) return number > 0.5 ? "changed" : "as before";
  if (!found(name)) return number.toFixed(2); // a device's position, 0 to 1
  return name === "pan" ? pan(number) : db(number);
}

/**
 * A side and how far: "left 30".
 *
 * @param {number} number
 */
export function pan(number) {
  const percent = Math.round(Math.abs(number) * 100);
  return percent === 0 ? "centre" : `${number < 0 ? "left" : "right"} ${percent}`;
}

/** @param {number} number */
export function sign(number) {
  if (Math.abs(number) < 0.05) return "";
  return number < 0 ? MINUS : "+";
}

/**
 * A row of the history: what was moved, from where to where.
 *
 * @param {Row} row
 */
export function move(row) {
  return `${row.track} ${param(row.param)}: ${way(row)}`;
}

/**
 * From where to where a row of the history moved its parameter.
 *
 * @param {Row} row
 */
export function way(row) {
  return `${value(row.param, row.from)} → ${value(row.param, row.to)}`;
}

/**
 * What has become of a row of the history.
 *
 * @param {Row} row
 */
export function became(row) {
  if (!row.state) return "settled";
  const left = row.left === null ? "" : ` at ${value(row.param, row.left)}`;
  return `${state(row.state)}${left}`;
}

/**
 * A text as a sentence: with a capital, and an end.
 *
 * @param {string} text
 */
export function sentence(text) {
  return `${capital(text)}${/[.?!]$/.test(text) ? "" : "."}`;
}

/** @param {string} text */
export const capital = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/**
 * The bridge's own sentences with a real minus sign.
 *
 * @param {string} text
 */
export const typeset = (text) => text.replace(/-(?=\d)/g, MINUS);

/** @param {number} seconds */
export function ago(seconds) {
  if (seconds < 1.5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}

/**
 * The time of day.
 *
 * @param {number} seconds since 1970
 */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
}

/**
 * @param {number} count
 * @param {string} word
 */
export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
