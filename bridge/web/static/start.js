// The first run: which DAW, what to do there, and lamps that show how far the way to it has come.

import { h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, fetchDocument, notify, post } from "./link.js";

const LOOK_AGAIN_S = 5;
const DEMO = "mixbridge demo --page";
const SIGNS = { done: "✓", waiting: "…", problem: "!" };

const title = (daw) => daw.title.charAt(0).toUpperCase() + daw.title.slice(1);
const shownDaw = (name) => (state.facts.daws ?? []).find((daw) => daw.name === name);

export function makeStart() {
  const heading = h("h1");
  const intro = h("p", { class: "legend" });
  const choices = h("div", { class: "daws", role: "group", "aria-label": "Which one do you mix with?" });
  const other = h("div", { class: "note", hidden: true });
  const steps = h("ol", { class: "steps" });
  const docs = h("p", { class: "legend" });
  const lamps = Object.entries(LAMPS).map(([name, [word, examine]]) => makeLamp(name, word, examine));
  const question = h("h2", { text: "Which one do you mix with?" });
  const todo = h("article", { class: "card" }, h("h2", { text: "Do this" }), steps, docs);
  const onward = h("div", { class: "actions" }, h("a", { class: "primary onward", href: "/remote", text: "Rate the moves" }), h("a", { class: "onward", href: "/desk", text: "Look at the desk" }));
  const missing = h("ul", { class: "findings" });
  const missingPart = h("div", { class: "missing", hidden: true }, h("h3", { text: "What is missing" }), missing);
  const element = h("section", { class: "start" }, heading, intro,
    onward, question, choices, other,
    h("div", { class: "ways" }, todo,
      h("article", { class: "card" }, h("h2", { text: "It works when these are lit" }), h("ol", { class: "lamps" }, lamps.map((lamp) => lamp.element)), missingPart)),
    h("article", { class: "card demo" }, h("h2", { text: "No DAW at hand?" }), h("p", { text: "The demo plays a small band in your browser, and you rate each move. Type this in a terminal:" }), command(DEMO)));
  let chosen = ""; // looked at here; empty: the one that the bridge runs beside
  let drawn = "";
  let found = {};
  let isAsked = false;
  let examinedAt = -Infinity;

  async function choose(name) {
    chosen = name;
    drawn = "";
    if (state.facts.mayChoose && name !== state.facts.daw) {
      const error = await post("daw", { daw: name });
      notify(error || `mixbridge starts again beside ${shownDaw(name).title} …`);
    }
    update(new Set(["facts"]));
  }

  function update() {
    if (!isAsked && state.connection === "online") findInstalled();
    const here = state.facts.daw ?? "";
    const daw = shownDaw(chosen || here);
    if (!daw) return;
    const isDone = Boolean(state.way?.heard) && LAMPS.move[1]().state === "done";
    say(heading, isDone ? "Your DAW is connected" : state.strips.length && !state.way?.heard ? "Your DAW does not answer" : "Connect your DAW");
    say(intro, `mixbridge waits for ${shownDaw(here)?.title ?? "a DAW"} at ${state.facts.listens}.`);
    intro.hidden = question.hidden = choices.hidden = todo.hidden = isDone;
    onward.hidden = !isDone;
    const key = JSON.stringify([daw.name, here, found, state.facts.mayChoose, state.may]);
    if (key !== drawn) {
      drawn = key;
      drawChoice(daw, here);
    }
    for (const lamp of lamps) lamp.update();
    examine();
  }

  function drawChoice(daw, here) {
    choices.replaceChildren(...state.facts.daws.map((each) => h("button", { type: "button", class: "daw", "aria-pressed": each.name === daw.name ? "true" : "false", onclick: () => choose(each.name) },
      h("strong", { text: title(each) }), h("span", { class: "needs", text: each.needs }), found[each.name] ? h("span", { class: "found", text: `✓ Found here: ${found[each.name]}` }) : null)));
    other.hidden = daw.name === here || state.facts.mayChoose;
    if (!other.hidden) other.replaceChildren(h("p", { text: `mixbridge runs beside ${shownDaw(here).title} now. For ${daw.title} end it with Ctrl-C, and type:` }), command(`mixbridge run --daw ${daw.name}`));
    steps.replaceChildren(...daw.steps.map((text) => h("li", {}, ...inWords(text))));
    say(docs, `More in ${daw.docs}.`);
  }

  async function findInstalled() {
    isAsked = true;
    try {
      found = await (await fetchDocument("found")).json();
    } catch {
      isAsked = false;
    }
    update();
  }

  /** While the DAW does not speak the doctor says what is missing. */
  async function examine() {
    const isWanted = state.connection === "online" && !state.way?.heard;
    if (!isWanted) {
      missingPart.hidden = true;
      return;
    }
    const now = performance.now() / 1000;
    if (now - examinedAt < LOOK_AGAIN_S || document.hidden || !element.isConnected) return;
    examinedAt = now;
    try {
      const lines = (await (await fetchDocument("missing")).json()).filter((line) => line.level !== "ok");
      missing.replaceChildren(...lines.map((line) => h("li", { "data-level": line.level }, h("span", { class: "mark", text: `! ${line.subject}` }), h("span", { text: line.text }), line.remedy ? h("span", { class: "remedy", text: `→ ${line.remedy}` }) : null)));
      missingPart.hidden = lines.length === 0;
    } catch {
      missingPart.hidden = true;
    }
  }
  return { element, update };
}

/** What each lamp looks at: { state: done | waiting | problem, text }. */
const LAMPS = {
  port: ["Port free", () => (state.connection === "online" ? done(`mixbridge listens at ${state.facts.listens}.`) : waiting("Connecting to mixbridge …"))],
  packets: ["Packets seen", () => {
    if (state.way?.heard) return done("The DAW sends.");
    const strange = state.way?.strange ?? 0;
    return strange ? problem(`${words.plural(strange, "message")} came that the chosen DAW does not send. Is another one chosen?`) : waiting("Nothing has come yet.");
  }],
  dump: ["All tracks known", () => {
    const way = state.way ?? {};
    if (way.link === "online" && way.heard) return way.missing ? problem(`${words.plural(state.strips.length, "track")} came; ${way.missing}.`) : done(`${words.plural(state.strips.length, "track")}.`);
    return waiting(way.link === "connecting" ? way.text : "The DAW lists its tracks when it is asked.");
  }],
  meters: ["Meters heard", () => {
    const heard = state.way?.heard ? state.levels.filter(([rms, peak]) => rms !== null || peak !== null).length : 0;
    return heard ? done(`Levels of ${words.plural(heard, "track")}.`) : waiting("Press play in the DAW.");
  }],
  move: ["First move", () => {
    const made = [...state.rows.values()].find((row) => row.actor === "bridge" && row.heard);
    if (made) return done(words.move(made));
    if (state.now?.suggestion) return { ...waiting("A suggestion waits for your answer."), href: "/suggestions" };
    return waiting(state.way?.link === "online" ? state.now?.why || "Listening." : "It comes by itself while the music plays.");
  }],
};
const done = (text) => ({ state: "done", text });
const waiting = (text) => ({ state: "waiting", text });
const problem = (text) => ({ state: "problem", text });

function makeLamp(name, word, examine) {
  const sign = h("span", { class: "sign", "aria-hidden": "true" });
  const text = h("span", { class: "text" });
  const link = h("a", { hidden: true, text: "Show it" });
  const element = h("li", { class: "step-lamp", "data-lamp": name }, sign, h("strong", { text: word }), h("span", { class: "said" }, text, " ", link));
  const states = { done: "done", waiting: "not yet", problem: "something is wrong" };
  const spoken = h("span", { class: "spoken" });
  element.append(spoken);
  function update() {
    const now = examine();
    mark(element, "data-state", now.state);
    say(sign, SIGNS[now.state]);
    say(spoken, states[now.state]);
    say(text, words.typeset(now.text));
    link.hidden = !now.href;
    if (now.href) mark(link, "href", now.href);
  }
  return { element, update };
}

/** A sentence in which what stands in backquotes is typed. */
function inWords(text) {
  return text.split("`").map((part, i) => (i % 2 ? command(part) : part));
}

/** A command with a button that copies it. */
function command(text) {
  const copy = h("button", { type: "button", class: "small", "aria-label": `Copy: ${text}`, onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify("Copied.");
    } catch {
      notify("This browser does not let the page copy: select the text.");
    }
  } }, "Copy");
  return h("span", { class: "command" }, h("code", { text }), copy);
}
