// An audio item in an offer: its wave, what falls silent, where it is cut, and what moves.

import { h, svg } from "./dom.js";

/** @typedef {import("./types.js").Content} Content */
/**
 * @typedef {{
 *   file: string, start: number, end: number, offset: number, fades: number[], muted: boolean,
 * }} Piece
 */

const WIDTH = 720;
const HEIGHT = 96;
const SAME_S = 0.0005;

/**
 * The pieces of an item's text: file, position, length, offset, fades in and out, gain, muted.
 *
 * @param {string} text
 * @returns {Piece[]}
 */
function pieces(text) {
  try {
    const item = JSON.parse(text);
    return item.pieces.map((/** @type {number[]} */ row) => ({
      file: item.files[row[0]],
      start: row[1],
      end: row[1] + row[2],
      offset: row[3],
      fades: [row[4], row[5]],
      muted: row[7] !== 0,
    }));
  } catch {
    return [];
  }
}

/**
 * The files and shifts of the takes that a DAW keeps beside an item.
 *
 * @param {string} text
 * @returns {{ file: string, shift: number }[]}
 */
function takesBeside(text) {
  try {
    return (JSON.parse(text).takes ?? []).map(
      (/** @type {[string, number, string]} */ [file, shift]) => ({ file, shift }));
  } catch {
    return [];
  }
}

/**
 * The stretches that are heard before and not after.
 *
 * @param {Piece[]} before
 * @param {Piece[]} after
 */
function silenced(before, after) {
  /** @type {number[][]} */
  let left = before.filter((piece) => !piece.muted).map((piece) => [piece.start, piece.end]);
  for (const { start, end, muted } of after) {
    if (muted) continue;
    left = left
      .flatMap(([low, high]) => [[low, Math.min(high, start)], [Math.max(low, end), high]])
      .filter(([low, high]) => high - low > SAME_S);
  }
  return left;
}

/**
 * @param {Piece[]} some
 * @param {number} edge
 */
const has = (some, edge) =>
  some.some(({ start, end }) => Math.abs(start - edge) < SAME_S || Math.abs(end - edge) < SAME_S);

/**
 * Where something is cut or faded that was not.
 *
 * @param {Piece[]} before
 * @param {Piece[]} after
 */
function marks(before, after) {
  const faded = after.flatMap(({ start, end, fades }) =>
    [...(fades[0] > 0 ? [start] : []), ...(fades[1] > 0 ? [end] : [])]);
  const wasFaded = before.flatMap(({ start, end, fades }) =>
    [...(fades[0] > 0 ? [start] : []), ...(fades[1] > 0 ? [end] : [])]);
  const cuts = after.flatMap(({ start, end }) => [start, end]).filter((edge) => !has(before, edge));
  const fresh = faded.filter((edge) => !wasFaded.some((was) => Math.abs(was - edge) < SAME_S));
  return [...new Set([...cuts, ...fresh])];
}

/**
 * What moves, and by how many seconds.
 *
 * @param {Piece[]} before
 * @param {Piece[]} after
 */
function moved(before, after) {
  const shifts = before.map(({ start, offset }) => start - offset);
  return after.flatMap((piece) => {
    const shift = piece.start - piece.offset;
    const from = shifts.reduce((a, b) => Math.abs(b - shift) < Math.abs(a - shift) ? b : a, 0);
    return Math.abs(shift - from) > SAME_S ? [{ piece, by: shift - from }] : [];
  });
}

/**
 * The pieces that are heard and were silent before, or beside the item: other takes.
 *
 * @param {Piece[]} before
 * @param {Piece[]} after
 * @param {{ file: string, shift: number }[]} beside
 */
function takes(before, after, beside) {
  const was = before.filter((piece) => piece.muted);
  const played = before.filter((piece) => !piece.muted);
  /** @type {(piece: Piece, file: string, shift: number) => boolean} */
  const isOf = (piece, file, shift) =>
    file === piece.file && Math.abs(shift - piece.start + piece.offset) < SAME_S;
  return after.filter((piece) => !piece.muted && (
    was.some((each) => isOf(piece, each.file, each.start - each.offset) &&
      each.start <= piece.start + SAME_S && each.end >= piece.end - SAME_S) ||
    (beside.some(({ file, shift }) => isOf(piece, file, shift)) &&
      !played.some((each) => isOf(piece, each.file, each.start - each.offset)))));
}

/**
 * The picture of a change of an item; in words alone where its file was not heard.
 *
 * @param {Content} content
 */
export function itemPicture(content) {
  const before = pieces(content.before);
  const after = pieces(content.after);
  const quiet = silenced(before, after);
  const chosen = takes(before, after, takesBeside(content.before));
  const moves = moved(before, after.filter((piece) => !chosen.includes(piece)));
  const others = chosen.length;
  const words = describe(quiet, moves, others, marks(before, after).length);
  const { sketch } = content;
  if (!sketch || sketch.to <= sketch.from) return h("p", { class: "content", text: words });
  const x = (/** @type {number} */ at) =>
    (WIDTH * (Math.min(Math.max(at, sketch.from), sketch.to) - sketch.from) /
      (sketch.to - sketch.from)).toFixed(1);
  const step = WIDTH / sketch.levels.length;
  const wave = sketch.levels.map((level, place) => {
    const half = Math.max(level * HEIGHT * 0.46, 0.5);
    const top = (HEIGHT / 2 - half).toFixed(1);
    return `M${(place * step).toFixed(1)} ${top}v${(2 * half).toFixed(1)}`;
  });
  const drawing = svg("svg", {
    class: "wave",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": words,
  },
  svg("path", { class: "sound", d: wave.join("") }),
  ...quiet.map(([low, high]) => svg("rect", {
    class: "silenced", x: x(low), y: "0", width: String(Number(x(high)) - Number(x(low))),
    height: String(HEIGHT),
  })),
  ...moves.map(({ piece, by }) => svg("path", {
    class: "moved",
    d: `M${x(piece.start - by)} 10H${x(piece.start)}m0-6l${by < 0 ? -6 : 6} 6l${by < 0 ? 6 : -6} 6`,
  })),
  ...marks(before, after).map((edge) =>
    svg("path", { class: "cut", d: `M${x(edge)} 0V${HEIGHT}` })));
  return h("figure", { class: "item" },
    drawing,
    h("figcaption", {
      class: "legend",
      text: `${time(sketch.from)} to ${time(sketch.to)}. ${words}`,
    }));
}

/** @param {number} seconds */
const time = (seconds) =>
  `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;

/**
 * @param {number[][]} quiet
 * @param {{ by: number }[]} moves
 * @param {number} others
 * @param {number} edges
 */
function describe(quiet, moves, others, edges) {
  const silent = quiet.reduce((sum, [low, high]) => sum + high - low, 0);
  const parts = [];
  if (silent >= 0.05) parts.push(`${silent.toFixed(1)} s fall silent`);
  if (moves.length > 0) {
    const far = Math.max(...moves.map(({ by }) => Math.abs(by)));
    parts.push(`${moves.length} moved by up to ${(1000 * far).toFixed(0)} ms`);
  }
  if (others > 0) parts.push("another take plays");
  parts.push(edges === 1 ? "1 cut or fade" : `${edges} cuts and fades`);
  return `${parts.join(", ")}.`;
}
