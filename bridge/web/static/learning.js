// Learning: what is believed of this person's taste, how surely, and what they have said so far.

import uPlot from "./uplot.js";
import { button, css, h, percent, say } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";

/** @typedef {import("./types.js").Belief} Belief */
/** @typedef {import("./types.js").Beliefs} Beliefs */
/** @typedef {import("./types.js").Changed} Changed */

/**
 * A dimension of taste: `scale` makes its unit of what the bridge sends, `span` is how far its
 * picture goes to each side; more is drawn at the edge.
 *
 * @typedef {{ word: string, unit: string, digits: number, scale: number, span: number }} Dimension
 */

const DB = { unit: "dB", digits: 1, scale: 1, span: 6 };
/** @type {Record<string, Dimension>} */
const DIMENSIONS = {
  level: { word: "Level", ...DB },
  low: { word: "Lows", ...DB },
  lowmid: { word: "Low mids", ...DB },
  highmid: { word: "High mids", ...DB },
  high: { word: "Highs", ...DB },
  width: { word: "Width", unit: "%", digits: 0, scale: 100, span: 60 },
};
const LADDER_STEP_DB = 3;
const AVERAGE_OF = 10;
const PLOT_HEIGHT = 220;
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const REALLY_MS = 4000;

/** @returns {import("./types.js").Screen} */
export function makeLearning() {
  const intro = h("p", { class: "legend" });
  const note = h("p", { class: "note", hidden: true });
  const roles = h("div", { class: "roles" });
  const ladder = h("figure", { class: "ladder", hidden: true });
  const answers = makeAnswers();
  const song = forgetButton("this song", "song");
  const all = forgetButton("everything", "all");
  const element = h("section", { class: "learning" },
    h("h1", { text: "Learning" }),
    intro,
    note,
    ladder,
    roles,
    h("h2", { text: "Your answers in order" }),
    answers.legend,
    answers.plot,
    h("h2", { text: "Forget" }),
    h("p", {
      class: "legend",
      text:
        "Forgetting cannot be undone. The journal keeps what happened; what was learnt from it " +
        "is gone.",
    }),
    h("div", { class: "actions" }, song, all));
  let drawn = "";

  /** @param {Changed} changed */
  function update(changed) {
    const { learning } = state;
    if (!learning || !(changed.has("learning") || changed.has("connection"))) return;
    const known = Object.entries(learning.roles);
    say(intro, known.length
      ? "What the bridge believes you want, where your answers are clear."
      : "No answers about the mix yet: the bridge uses what most listeners like. " +
        "Every thumb, undo and fader move of yours changes that.");
    note.hidden = !learning.note;
    say(note, learning.note ?? "");
    const text = JSON.stringify(learning.roles);
    if (text !== drawn) {
      drawn = text;
      roles.replaceChildren(...known.map(makeRole));
      drawLadder(ladder, known);
    }
    answers.update(learning.rewards);
    song.disabled = all.disabled = state.may !== "all";
  }
  return { element, update };
}

// -- the answers as a curve -----------------------------------------------------------------------

/** The share of good answers, as a line over all of them. */
function makeAnswers() {
  const legend = h("p", { class: "legend" });
  const plot = h("div", { class: "plot" });
  /** @type {uPlot | null} */
  let chart = null;

  /** @param {number[]} rewards */
  function update(rewards) {
    say(legend, answersInWords(rewards));
    plot.hidden = rewards.length < 2;
    if (plot.hidden) return;
    const width = Math.max(240, plot.clientWidth || 600);
    const data = [rewards.map((_, i) => i + 1), sharesOf(rewards)];
    if (!chart) {
      chart = new uPlot(plotOptions(width), data, plot);
      return;
    }
    chart.setData(data);
    if (chart.width !== width) chart.setSize({ width, height: PLOT_HEIGHT });
  }
  return { legend, plot, update };
}

/** @param {number[]} rewards */
function answersInWords(rewards) {
  const count = rewards.length;
  if (count === 0) return "None yet.";
  const good = rewards.filter((value) => value > 0).length;
  const line = `The line is the share of good ones among ${AVERAGE_OF} neighbours.`;
  return `${words.plural(count, "answer")}, ${good} of them good. ${line}`;
}

/**
 * The share of good answers among each one and those before it, %.
 *
 * @param {number[]} rewards
 */
function sharesOf(rewards) {
  return rewards.map((_, i) => {
    const near = rewards.slice(Math.max(0, i - AVERAGE_OF + 1), i + 1);
    return (100 * near.filter((value) => value > 0).length) / near.length;
  });
}

/** @param {number} width */
function plotOptions(width) {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name).trim();
  const edge = { stroke: colour("--edge") };
  const axis = { stroke: colour("--soft"), grid: edge, ticks: edge };
  /**
   * @param {unknown} _
   * @param {number[]} ticks
   */
  const wholes = (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : ""));
  return {
    width,
    height: PLOT_HEIGHT,
    scales: { x: { time: false }, y: { range: [0, 100] } },
    legend: { show: false },
    cursor: { show: false },
    axes: [
      { ...axis, label: "answers", incrs: TICKS, values: wholes },
      { ...axis, label: "% good" },
    ],
    series: [{}, { stroke: colour("--teal"), width: 2 }],
  };
}

// -- what is believed -----------------------------------------------------------------------------

/**
 * A number with its sign, beside the average listener.
 *
 * @param {number} difference
 * @param {number} digits
 */
const signed = (difference, digits = 1) =>
  `${words.sign(difference)}${Math.abs(difference).toFixed(digits)}`;

/** @param {[string, Beliefs]} role */
function makeRole([role, beliefs]) {
  const scale = ["less", "average", "more"].map((text) => h("span", { text }));
  const lines = Object.entries(beliefs).map(([name, belief]) => makeLine(role, name, belief));
  return h("article", { class: "card role" },
    h("header", {}, h("h2", { text: role }), forgetButton(role, role)),
    h("p", { class: "scale", "aria-hidden": "true" }, scale),
    h("ul", {}, lines));
}

/**
 * @param {string} role
 * @param {string} name of a dimension
 * @param {Belief} belief
 */
function makeLine(role, name, belief) {
  const dimension = DIMENSIONS[name];
  const { word, unit, digits, scale } = dimension;
  const difference = (belief.you - belief.average) * scale;
  const label = `How sure: ${word} of ${role}`;
  const share = `${Math.round(100 * belief.sure)} % sure`;
  return h("li", {},
    h("span", { class: "what", text: word }),
    makePicture(dimension, difference, belief.is_sure),
    h("span", {
      class: "number",
      text: belief.is_sure ? `${signed(difference, digits)} ${unit}` : "–",
    }),
    h("span", { class: "words", text: words.sentence(words.typeset(belief.words)) }),
    h("span", { class: "sure" },
      `${share}, ${words.plural(belief.answers, "answer")} `,
      h("meter", { min: 0, max: 1, value: belief.sure, "aria-label": label })));
}

/** What every picture has: a way from the average listener's mark to this person's. */
const wayParts = () => ["way", "average", "you"].map((name) => h("div", { class: name }));

/**
 * Where this person is beside the average listener, who stands in the middle; hollow where it is
 * not sure.
 *
 * @param {Dimension} dimension
 * @param {number} difference in the dimension's unit
 * @param {boolean} isSure
 */
function makePicture({ word, unit, span }, difference, isSure) {
  const share = 0.5 + Math.max(-1, Math.min(1, difference / span)) / 2;
  const text = isSure ? `${signed(difference)} ${unit} beside the average` : "not sure yet";
  const bar = h("div", {
    class: "target",
    role: "img",
    "data-sure": isSure,
    "aria-label": `${word}: ${text}`,
  }, wayParts());
  css(bar, "--you", percent(share));
  css(bar, "--from", percent(Math.min(0.5, share)));
  css(bar, "--to", percent(Math.max(0.5, share)));
  return bar;
}

// -- how loud each role is wanted -----------------------------------------------------------------

/**
 * How loud each role is wanted, beside the whole mix: the average listener's line, and this
 * person's mark.
 *
 * @param {HTMLElement} figure
 * @param {[string, Beliefs][]} known
 */
function drawLadder(figure, known) {
  const levels = known.filter(([, each]) => each.level);
  figure.hidden = levels.length === 0;
  if (figure.hidden) return;
  const all = levels.flatMap(([, { level }]) => [level.average, level.you]);
  const top = Math.ceil((Math.max(...all) + 1) / LADDER_STEP_DB) * LADDER_STEP_DB;
  const bottom = Math.floor((Math.min(...all) - 1) / LADDER_STEP_DB) * LADDER_STEP_DB;
  /** @param {number} db */
  const share = (db) => percent((db - bottom) / (top - bottom));
  const steps = (top - bottom) / LADDER_STEP_DB;
  const marks = Array.from({ length: steps + 1 }, (_, i) => {
    const db = bottom + i * LADDER_STEP_DB;
    const line = h("div", { class: "mark" }, h("span", { text: words.typeset(String(db)) }));
    css(line, "bottom", share(db));
    return line;
  });
  const columns = levels.map(([role, { level }]) => makeRung(role, level, share));
  figure.replaceChildren(
    h("figcaption", {
      text:
        "How loud you want each role, in dB beside the whole mix. Line: the average listener. " +
        "Mark: you; hollow where it is not sure yet.",
    }),
    h("div", { class: "field" },
      h("div", { class: "marks", "aria-hidden": "true" }, marks),
      h("div", { class: "columns" }, columns)),
  );
}

/**
 * The column of one role.
 *
 * @param {string} role
 * @param {Belief} level
 * @param {(db: number) => string} share where a level stands
 */
function makeRung(role, level, share) {
  const { average, you, is_sure: isSure } = level;
  const wanted = isSure ? `${you.toFixed(1)} dB` : "not known yet";
  const rail = h("div", {
    class: "rail",
    role: "img",
    "data-sure": isSure,
    "aria-label": `${role}: average ${average.toFixed(1)} dB, you ${wanted}`,
  }, wayParts());
  css(rail, "--average", share(average));
  css(rail, "--you", share(you));
  css(rail, "--from", share(Math.min(average, you)));
  css(rail, "--to", share(Math.max(average, you)));
  return h("div", { class: "column" },
    rail,
    h("span", { class: "number", text: isSure ? signed(you - average) : "?" }),
    h("span", { class: "role", text: role }));
}

// -- forgetting -----------------------------------------------------------------------------------

/**
 * Two presses: the first one asks.
 *
 * @param {string} name
 * @param {string} what a role, "song" or "all"
 */
function forgetButton(name, what) {
  const word = `Forget ${name}`;
  let timer = 0;
  const element = button({ class: "small danger", text: word, onclick: press });

  function calm() {
    clearTimeout(timer);
    timer = 0;
    say(element, word);
  }

  function press() {
    if (timer) {
      calm();
      ask("forget", what);
    } else {
      say(element, `Really forget ${name}?`);
      timer = setTimeout(calm, REALLY_MS);
    }
  }
  return element;
}
