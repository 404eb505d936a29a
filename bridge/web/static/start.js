// The first run: which DAW, what to do there, and lamps that show how far the way to it has come.

import { button, h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state, fetchDocument, notify, post } from "./link.js";

/** @typedef {import("./types.js").Daw} Daw */
/** @typedef {import("./types.js").Finding} Finding */
/** @typedef {import("./types.js").Found} Found */

/**
 * What a lamp shows.
 *
 * @typedef {{ state: "done" | "waiting" | "problem", text: string, href?: string }} Lit
 */

const LOOK_AGAIN_S = 5;
const DEMO = "mixbridge demo --page";
const SIGNS = { done: "✓", waiting: "…", problem: "!" };
const SPOKEN = { done: "done", waiting: "not yet", problem: "something is wrong" };

/** @param {string} name */
const dawOf = (name) => state.facts.daws.find((daw) => daw.name === name);

/** The DAW that the bridge runs beside; undefined until it has said so. */
const here = () => dawOf(state.facts.daw);

/** @returns {import("./types.js").Screen} */
export function makeStart() {
  const heading = h("h1");
  const intro = h("p", { class: "legend" });
  const onward = h("div", { class: "actions" },
    h("a", { class: "primary onward", href: "/remote", text: "Rate the moves" }),
    h("a", { class: "onward", href: "/desk", text: "Look at the desk" }));
  const question = h("h2", { text: "Which one do you mix with?" });
  const choices = h("div", {
    class: "daws",
    role: "group",
    "aria-label": "Which one do you mix with?",
  });
  const other = h("div", { class: "note", hidden: true });
  const steps = h("ol", { class: "steps" });
  const docs = h("p", { class: "legend" });
  const todo = h("article", { class: "card" }, h("h2", { text: "Do this" }), steps, docs);
  const lamps = LAMPS.map(makeLamp);
  const missing = makeMissing();
  const element = h("section", { class: "start" },
    heading,
    intro,
    onward,
    question,
    choices,
    other,
    h("div", { class: "ways" },
      todo,
      h("article", { class: "card" },
        h("h2", { text: "It works when these are lit" }),
        h("ol", { class: "lamps" }, lamps.map((lamp) => lamp.element)),
        missing.element)),
    h("article", { class: "card demo" },
      h("h2", { text: "No DAW at hand?" }),
      h("p", {
        text:
          "The demo plays a small band in your browser, and you rate each move. " +
          "Type this in a terminal:",
      }),
      command(DEMO)));
  let chosen = ""; // looked at here; empty: the one that the bridge runs beside
  let drawn = "";
  /** @type {Found} */
  let found = {};
  let isAsked = false;

  /** @param {Daw} daw */
  async function choose({ name, title }) {
    chosen = name;
    drawn = "";
    if (state.facts.mayChoose && name !== state.facts.daw) {
      const error = await post("daw", { daw: name });
      notify(error || `mixbridge starts again beside ${title} …`);
    }
    update();
  }

  function update() {
    if (!isAsked && state.connection === "online") findInstalled();
    const daw = dawOf(chosen || state.facts.daw);
    if (!daw) return;
    const isDone = Boolean(state.way?.heard) && firstMove().state === "done";
    say(heading, isDone ? "Your DAW is connected" : notYet());
    say(intro, `mixbridge waits for ${here()?.title ?? "a DAW"} at ${state.facts.listens}.`);
    for (const each of [intro, question, choices, todo]) each.hidden = isDone;
    onward.hidden = !isDone;
    const { mayChoose } = state.facts;
    const key = JSON.stringify([daw.name, state.facts.daw, found, mayChoose, state.may]);
    if (key !== drawn) {
      drawn = key;
      drawChoice(daw);
    }
    for (const lamp of lamps) lamp.update();
    missing.update();
  }

  function notYet() {
    const isGone = state.strips.length > 0 && !state.way?.heard;
    return isGone ? "Your DAW does not answer" : "Connect your DAW";
  }

  /** @param {Daw} daw the one that is looked at */
  function drawChoice(daw) {
    choices.replaceChildren(...state.facts.daws.map((each) => makeChoice(each, each === daw)));
    other.hidden = daw === here() || state.facts.mayChoose;
    if (!other.hidden) {
      const now = `mixbridge runs beside ${here()?.title ?? "another one"} now.`;
      other.replaceChildren(
        h("p", { text: `${now} For ${daw.title} end it with Ctrl-C, and type:` }),
        command(`mixbridge run --daw ${daw.name}`),
      );
    }
    steps.replaceChildren(...daw.steps.map((text) => h("li", {}, inWords(text))));
    say(docs, `More in ${daw.docs}.`);
  }

  /**
   * @param {Daw} daw
   * @param {boolean} isChosen
   */
  function makeChoice(daw, isChosen) {
    const where = found[daw.name];
    const pressed = isChosen ? "true" : "false";
    return button({ class: "daw", "aria-pressed": pressed, onclick: () => choose(daw) },
      h("strong", { text: words.capital(daw.title) }),
      h("span", { class: "needs", text: daw.needs }),
      where ? h("span", { class: "found", text: `✓ Found here: ${where}` }) : null);
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
  return { element, update };
}

/** While the DAW does not speak the doctor says what is missing. */
function makeMissing() {
  const list = h("ul", { class: "findings" });
  const element = h("div", { class: "missing", hidden: true },
    h("h3", { text: "What is missing" }),
    list);
  let examinedAt = -Infinity;

  async function update() {
    if (state.connection !== "online" || state.way?.heard) {
      element.hidden = true;
      return;
    }
    const now = performance.now() / 1000;
    if (now - examinedAt < LOOK_AGAIN_S || document.hidden || !element.isConnected) return;
    examinedAt = now;
    try {
      /** @type {Finding[]} */
      const findings = await (await fetchDocument("missing")).json();
      const bad = findings.filter(({ level }) => level !== "ok");
      list.replaceChildren(...bad.map(missingLine));
      element.hidden = bad.length === 0;
    } catch {
      element.hidden = true;
    }
  }
  return { element, update };
}

/** @param {Finding} finding */
function missingLine({ level, subject, text, remedy }) {
  return h("li", { "data-level": level },
    h("span", { class: "mark", text: `! ${subject}` }),
    h("span", { text }),
    remedy ? h("span", { class: "remedy", text: `→ ${remedy}` }) : null);
}

// -- the lamps ------------------------------------------------------------------------------------

/**
 * @param {string} text
 * @returns {Lit}
 */
const done = (text) => ({ state: "done", text });

/**
 * @param {string} text
 * @returns {Lit}
 */
const waiting = (text) => ({ state: "waiting", text });

/**
 * @param {string} text
 * @returns {Lit}
 */
const problem = (text) => ({ state: "problem", text });

function portFree() {
  if (state.connection !== "online") return waiting("Connecting to mixbridge …");
  return done(`mixbridge listens at ${state.facts.listens}.`);
}

function packetsSeen() {
  if (state.way?.heard) return done("The DAW sends.");
  const strange = state.way?.strange ?? 0;
  if (!strange) return waiting("Nothing has come yet.");
  const came = `${words.plural(strange, "message")} came that the chosen DAW does not send.`;
  return problem(`${came} Is another one chosen?`);
}

function tracksKnown() {
  const { way } = state;
  const count = words.plural(state.strips.length, "track");
  if (way?.link === "online" && way.heard) {
    return way.missing ? problem(`${count} came; ${way.missing}.`) : done(`${count}.`);
  }
  const isAsking = way?.link === "connecting";
  return waiting(isAsking ? way.text : "The DAW lists its tracks when it is asked.");
}

function metersHeard() {
  const levels = state.way?.heard ? state.levels : [];
  const heard = levels.filter(([rms, peak]) => rms !== null || peak !== null).length;
  if (!heard) return waiting("Press play in the DAW.");
  return done(`Levels of ${words.plural(heard, "track")}.`);
}

/** @returns {Lit} */
function firstMove() {
  const rows = [...state.rows.values()];
  const made = rows.find((row) => row.actor === "bridge" && row.heard);
  if (made) return done(words.move(made));
  if (state.now?.suggestion) {
    return { ...waiting("A suggestion waits for your answer."), href: "/suggestions" };
  }
  if (state.way?.link === "online") return waiting(state.now?.why || "Listening.");
  return waiting("It comes by itself while the music plays.");
}

/** @type {{ name: string, word: string, examine: () => Lit }[]} */
const LAMPS = [
  { name: "port", word: "Port free", examine: portFree },
  { name: "packets", word: "Packets seen", examine: packetsSeen },
  { name: "dump", word: "All tracks known", examine: tracksKnown },
  { name: "meters", word: "Meters heard", examine: metersHeard },
  { name: "move", word: "First move", examine: firstMove },
];

/** @param {(typeof LAMPS)[number]} lamp */
function makeLamp({ name, word, examine }) {
  const sign = h("span", { class: "sign", "aria-hidden": "true" });
  const text = h("span", { class: "text" });
  const link = h("a", { hidden: true, text: "Show it" });
  const spoken = h("span", { class: "spoken" });
  const element = h("li", { class: "step-lamp", "data-lamp": name },
    sign,
    h("strong", { text: word }),
    h("span", { class: "said" }, text, " ", link),
    spoken);
  function update() {
    const now = examine();
    mark(element, "data-state", now.state);
    say(sign, SIGNS[now.state]);
    say(spoken, SPOKEN[now.state]);
    say(text, words.typeset(now.text));
    link.hidden = !now.href;
    if (now.href) mark(link, "href", now.href);
  }
  return { element, update };
}

// -- what is typed --------------------------------------------------------------------------------

/**
 * A sentence in which what stands in backquotes is typed.
 *
 * @param {string} text
 */
function inWords(text) {
  return text.split("`").map((part, i) => (i % 2 ? command(part) : part));
}

/**
 * A command with a button that copies it.
 *
 * @param {string} text
 */
function command(text) {
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      notify("Copied.");
    } catch {
      notify("This browser does not let the page copy: select the text.");
    }
  }
  return h("span", { class: "command" },
    h("code", { text }),
    button({ class: "small", "aria-label": `Copy: ${text}`, onclick: copy }, "Copy"));
}
