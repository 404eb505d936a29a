// Learning: what is believed of this person's taste, how surely, and what they have said so far.

import uPlot from "./uplot.js";
import { h, say, css } from "./dom.js";
import * as words from "./words.js";
import { state, ask } from "./link.js";

const DIMENSIONS = { level: ["Level", "dB"], low: ["Lows", "dB"], lowmid: ["Low mids", "dB"], highmid: ["High mids", "dB"], high: ["Highs", "dB"], width: ["Width", "%"] };
const SPANS = { dB: 6, "%": 60 }; // of the pictures, to each side; more is drawn at the edge
const LADDER_STEP_DB = 3;
const AVERAGE_OF = 10;

export function makeLearning() {
  const intro = h("p", { class: "legend" });
  const note = h("p", { class: "note", hidden: true });
  const roles = h("div", { class: "roles" });
  const ladder = h("figure", { class: "ladder", hidden: true });
  const plot = h("div", { class: "plot" });
  const plotWords = h("p", { class: "legend" });
  const song = forgetButton("this song", "song");
  const all = forgetButton("everything", "all");
  const element = h("section", { class: "learning" }, h("h1", { text: "Learning" }), intro, note, ladder, roles,
    h("h2", { text: "Your answers, one after the other" }), plotWords, plot,
    h("h2", { text: "Forget" }),
    h("p", { class: "legend", text: "Forgetting cannot be undone. The journal keeps what happened; what was learnt from it is gone." }),
    h("div", { class: "actions" }, song, all));
  let chart = null;
  let drawn = "";

  function update(changed) {
    if (!changed.has("learning") && !changed.has("connection")) return;
    const learning = state.learning;
    if (!learning) return;
    const known = Object.entries(learning.roles);
    say(intro, known.length === 0 ? "Nothing of you yet: the bridge acts on what most listeners like. Every thumb, undo and fader move of yours changes that." : "What the bridge believes you want, where your answers say something.");
    note.hidden = !learning.note;
    say(note, learning.note ?? "");
    const text = JSON.stringify(learning.roles);
    if (text !== drawn) {
      drawn = text;
      roles.replaceChildren(...known.map(makeRole));
      drawLadder(ladder, known);
    }
    draw(learning.rewards);
    song.disabled = all.disabled = state.may !== "all";
  }

  function draw(rewards) {
    const count = rewards.length;
    const good = rewards.filter((value) => value > 0).length;
    say(plotWords, count === 0 ? "None yet." : `${words.plural(count, "answer")}, ${good} of them good. The line is the share of good ones among ${AVERAGE_OF} neighbours.`);
    plot.hidden = count < 2;
    if (count < 2) return;
    const xs = rewards.map((_, i) => i + 1);
    const ys = rewards.map((_, i) => {
      const near = rewards.slice(Math.max(0, i - AVERAGE_OF + 1), i + 1);
      return (100 * near.filter((value) => value > 0).length) / near.length;
    });
    const width = Math.max(240, plot.clientWidth || 600);
    const data = [xs, ys];
    if (!chart) {
      const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const axis = { stroke: colour("--soft"), grid: { stroke: colour("--edge") }, ticks: { stroke: colour("--edge") } };
      chart = new uPlot({ width, height: 220, scales: { x: { time: false }, y: { range: [0, 100] } }, legend: { show: false }, cursor: { show: false }, axes: [{ ...axis, label: "answers", incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500], values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : "")) }, { ...axis, label: "% good" }], series: [{}, { stroke: colour("--teal"), width: 2 }] }, data, plot);
    } else {
      chart.setData(data);
      if (chart.width !== width) chart.setSize({ width, height: 220 });
    }
  }
  return { element, update };
}

function makeRole([role, dimensions]) {
  const lines = Object.entries(dimensions).map(([name, belief]) => {
    const [word, unit] = DIMENSIONS[name] ?? [name, ""];
    const scale = unit === "%" ? 100 : 1;
    const difference = (belief.you - belief.average) * scale;
    const number = belief.is_sure ? `${words.sign(difference)}${Math.abs(difference).toFixed(unit === "%" ? 0 : 1)} ${unit}` : "–";
    return h("li", {}, h("span", { class: "what", text: word }), picture(word, difference, unit, belief), h("span", { class: "number", text: number }),
      h("span", { class: "words", text: words.sentence(words.typeset(belief.words)) }),
      h("span", { class: "sure" }, `${Math.round(100 * belief.sure)} % sure, ${words.plural(belief.answers, "answer")} `, h("meter", { min: 0, max: 1, value: belief.sure, "aria-label": `How sure: ${word} of ${role}` })));
  });
  return h("article", { class: "card role" }, h("header", {}, h("h2", { text: role }), forgetButton(role, role)),
    h("p", { class: "scale", "aria-hidden": "true" }, h("span", { text: "less" }), h("span", { text: "average" }), h("span", { text: "more" })), h("ul", {}, lines));
}

/** Where this person is beside the average listener, who stands in the middle; hollow where it is not sure. */
function picture(word, difference, unit, belief) {
  const share = 0.5 + Math.max(-1, Math.min(1, difference / SPANS[unit])) / 2;
  const bar = h("div", { class: "target", role: "img", "data-sure": belief.is_sure, "aria-label": `${word}: ${belief.is_sure ? `${words.sign(difference)}${Math.abs(difference).toFixed(1)} ${unit} beside the average` : "not sure yet"}` },
    h("div", { class: "way" }), h("div", { class: "average" }), h("div", { class: "you" }));
  css(bar, "--you", `${(100 * share).toFixed(1)}%`);
  css(bar, "--from", `${(100 * Math.min(0.5, share)).toFixed(1)}%`);
  css(bar, "--to", `${(100 * Math.max(0.5, share)).toFixed(1)}%`);
  return bar;
}

/** How loud each role is wanted, beside the whole mix: the average listener's line, and this person's mark. */
function drawLadder(figure, known) {
  const levels = known.filter(([, each]) => each.level).map(([role, each]) => [role, each.level]);
  figure.hidden = levels.length === 0;
  if (figure.hidden) return;
  const all = levels.flatMap(([, level]) => [level.average, level.you]);
  const top = Math.ceil((Math.max(...all) + 1) / LADDER_STEP_DB) * LADDER_STEP_DB;
  const bottom = Math.floor((Math.min(...all) - 1) / LADDER_STEP_DB) * LADDER_STEP_DB;
  const share = (db) => `${((100 * (db - bottom)) / (top - bottom)).toFixed(1)}%`;
  const marks = Array.from({ length: (top - bottom) / LADDER_STEP_DB + 1 }, (_, i) => {
    const line = h("div", { class: "mark" }, h("span", { text: words.typeset(String(bottom + i * LADDER_STEP_DB)) }));
    css(line, "bottom", share(bottom + i * LADDER_STEP_DB));
    return line;
  });
  const columns = levels.map(([role, level]) => {
    const difference = level.you - level.average;
    const text = level.is_sure ? `${words.sign(difference)}${Math.abs(difference).toFixed(1)}` : "?";
    const rail = h("div", { class: "rail", role: "img", "data-sure": level.is_sure, "aria-label": `${role}: average ${level.average.toFixed(1)} dB, you ${level.is_sure ? `${level.you.toFixed(1)} dB` : "not known yet"}` },
      h("div", { class: "way" }), h("div", { class: "average" }), h("div", { class: "you" }));
    css(rail, "--average", share(level.average));
    css(rail, "--you", share(level.you));
    css(rail, "--from", share(Math.min(level.average, level.you)));
    css(rail, "--to", share(Math.max(level.average, level.you)));
    return h("div", { class: "column" }, rail, h("span", { class: "number", text }), h("span", { class: "role", text: role }));
  });
  figure.replaceChildren(h("figcaption", { text: "How loud you want each role, in dB beside the whole mix. Line: the average listener. Mark: you; hollow where it is not sure yet." }),
    h("div", { class: "field" }, h("div", { class: "marks", "aria-hidden": "true" }, marks), h("div", { class: "columns" }, columns)));
}

/** Two presses: the first one asks. */
function forgetButton(name, what) {
  const word = `Forget ${name}`;
  let timer = null;
  const button = h("button", { type: "button", class: "small danger", text: word, onclick: () => {
    if (timer === null) {
      say(button, `Really forget ${name}?`);
      timer = setTimeout(() => { timer = null; say(button, word); }, 4000);
    } else {
      clearTimeout(timer);
      timer = null;
      say(button, word);
      ask("forget", what);
    }
  } });
  return button;
}
