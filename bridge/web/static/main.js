// The page: header, screens, keys; what is shown is what the bridge has confirmed.

import { button, byId, h, icon, say, mark } from "./dom.js";
import { state, watch, open, ask, notify } from "./link.js";
import { answer, undo } from "./card.js";
import { makePanicBar, makeThumbBar } from "./bars.js";
import { listen, showKeys } from "./keys.js";
import { makeQuestion } from "./question.js";
import { makeRemote, switchFreeze } from "./remote.js";
import { makeStart } from "./start.js";
import { makeDesk } from "./desk.js";
import { makeSuggestions } from "./suggestions.js";
import { makeHistory } from "./history.js";
import { makeLearning } from "./learning.js";
import { makeDoctor } from "./doctor.js";
import { makeEars } from "./ears.js";
import { choose, hear } from "./offer.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").Screen} Screen */

/** @type {ReturnType<typeof makeDesk> | null} */
let desk = null;
/** @type {Record<string, { word: string, make: () => Screen }>} */
const SCREENS = {
  start: { word: "First steps", make: makeStart },
  remote: { word: "Remote", make: () => makeRemote("Remote") },
  desk: { word: "Desk", make: () => (desk ??= makeDesk()) },
  suggestions: { word: "Suggestions", make: makeSuggestions },
  history: { word: "History", make: makeHistory },
  learning: { word: "Learning", make: makeLearning },
  doctor: { word: "Doctor", make: makeDoctor },
};
/** @type {Record<string, [string, string]>} */
const MODES = {
  observe: ["Observe", "only watch"],
  suggest: ["Suggest", "ask me first"],
  assist: ["Assist", "move by itself"],
  gig: ["Gig", "only what is sure"],
};
const NEVER_SLEEPS =
  "Your browser lets the display sleep here; you may want to change that in the phone's settings.";
/** All that a screen may draw: the sections, and the link itself. */
const EVERYTHING = new Set(Object.keys(state));

const screen = byId("screen");
const roomy = matchMedia("(min-width: 640px)");
const wide = matchMedia("(min-width: 1100px)");
/** @type {Map<string, Screen>} */
const made = new Map();
let current = "";

// -- header --------------------------------------------------------------------------------------

const head = makeHead();
const banner = byId("banner");

/**
 * A link to a screen of this page.
 *
 * @param {string} name
 * @param {import("./dom.js").Props} props
 * @param {...import("./dom.js").Child} children
 */
function screenLink(name, props, ...children) {
  /** @param {MouseEvent} event */
  const onclick = (event) => go(event, name);
  return h("a", { ...props, href: `/${name}`, onclick }, ...children);
}

function makeHead() {
  const linkText = h("span", { class: "text" });
  const connection = screenLink("start", { class: "connection" },
    h("span", { class: "lamp" }),
    linkText);
  const options = Object.keys(MODES).map((value) => h("option", { value }));
  const mode = h("select", {
    id: "mode",
    "aria-label": "Mode: how much the bridge may do",
    onchange: chooseMode,
  }, options);
  const logo = h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 });
  const help = { class: "help", "aria-label": "Keys", title: "Keys (?)", onclick: showKeys };
  byId("head").append(
    screenLink("remote", { class: "brand" }, logo, "mixbridge"),
    connection,
    button(help, "?"),
    mode,
  );

  function chooseMode() {
    ask("mode", mode.value);
    mode.value = state.status?.mode ?? "suggest"; // until the bridge has confirmed it
  }

  function update() {
    const { connection: link, status } = state;
    const text = linkWords();
    say(linkText, text);
    mark(connection, "data-state", link === "online" ? (status?.state ?? "") : link);
    mark(connection, "title", text);
    for (const option of options) {
      const [word, meaning] = MODES[option.value];
      say(option, roomy.matches ? `${word}: ${meaning}` : word);
    }
    if (document.activeElement !== mode && status) mode.value = status.mode;
    mode.disabled = state.may !== "all" || link !== "online";
  }
  return { update };
}

/** How the page stands to the bridge, and the bridge to the DAW. */
function linkWords() {
  const { connection, status } = state;
  if (connection === "connecting") return "connecting …";
  if (connection === "unpaired") return "not paired";
  if (connection === "lost") return "connection lost";
  if (!status) return "connected";
  if (status.state !== "online") return `${status.state}: ${status.text}`;
  return status.scene ? `DAW connected, scene ${status.scene}` : "DAW connected";
}

/** What a person can do where the bridge is out of reach; empty where it is not. */
function bannerWords() {
  if (state.connection === "lost") {
    return (
      "The bridge does not answer. Trying to reconnect. If it has ended, start it again: " +
      "mixbridge run"
    );
  }
  if (state.connection === "unpaired") {
    return (
      "This device is not paired. Scan the QR code that mixbridge shows when it is started with " +
      "--listen."
    );
  }
  return "";
}

function updateBanner() {
  const text = bannerWords();
  banner.hidden = !text;
  say(banner, text);
}

// -- screens -------------------------------------------------------------------------------------

/** @type {Record<string, HTMLAnchorElement>} */
const links = {};
for (const [name, { word }] of Object.entries(SCREENS)) {
  links[name] = screenLink(name, {}, icon(name), h("span", { text: word }));
  byId("nav").append(links[name]);
}

/**
 * @param {MouseEvent} event
 * @param {string} name
 */
function go(event, name) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", `/${name}`);
  show();
  screen.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The screen that the address names; empty where it names none. */
function asked() {
  const path = location.pathname.slice(1);
  return path in SCREENS ? path : "";
}

/** The screen for who did not ask for one. */
function usual() {
  if (isFirstRun()) return "start";
  return wide.matches ? "desk" : "remote";
}

function show() {
  const name = asked() || usual();
  const shown = made.get(name) ?? SCREENS[name].make();
  made.set(name, shown);
  current = name;
  screen.replaceChildren(shown.element);
  document.body.dataset.screen = name;
  document.title = `${SCREENS[name].word} · mixbridge`;
  for (const other of Object.keys(links)) {
    mark(links[other], "aria-current", other === name ? "page" : false);
  }
  if (name === "remote") stayAwake();
  draw(EVERYTHING);
}

let isDecided = false;
/** Whether nobody has met a DAW yet; decided once, so that no screen goes away by itself. */
function isFirstRun() {
  const { connection, facts, status, strips } = state;
  const isSilent = status !== null && ["offline", "stale"].includes(status.state);
  return connection === "online" && isSilent && !facts.ears && strips.length === 0;
}

const aside = makeRemote();
byId("side").append(h("h2", { text: "Now" }), aside.element);
const question = makeQuestion(byId("question"));
const ears = makeEars(byId("ears"), byId("welcome"));
const panicBar = makePanicBar(byId("panicbar"));
const thumbBar = makeThumbBar(byId("rate"));

/** @param {Changed} changed */
function draw(changed) {
  if (!isDecided && state.status) {
    isDecided = true;
    if (isFirstRun() && !asked()) {
      show();
      return;
    }
  }
  head.update();
  updateBanner();
  links.start.hidden = Boolean(state.facts.ears);
  made.get(current)?.update(changed);
  if (wide.matches && current !== "remote") aside.update(changed);
  question.update();
  ears.update(changed);
  panicBar.update();
  thumbBar.update(!wide.matches && current !== "remote");
}
wide.addEventListener("change", () => show());
addEventListener("popstate", () => show());
watch(draw);
setInterval(() => draw(new Set(["time"])), 1000);

// -- keys: the table comes from the bridge --------------------------------------------------------

function find() {
  if (current !== "desk") {
    history.pushState(null, "", "/desk");
    show();
  }
  desk?.find();
}

function nextMode() {
  const modes = Object.keys(MODES);
  ask("mode", modes[(modes.indexOf(state.status?.mode ?? "") + 1) % modes.length]);
}

/** Close what is open; says whether anything was. */
function closeOpen() {
  return ears.closeWelcome() || (current === "desk" && desk !== null && desk.close());
}

listen({
  good: () => answer(1),
  bad: () => answer(-1),
  undo,
  variants: () => ask("variants"),
  pick1: () => choose(1),
  hear,
  pick2: () => choose(2),
  pick3: () => choose(3),
  keep: () => choose(0),
  compare: (isDown) => ask("compare", isDown ? 1 : 0),
  play: () => ears.toggle(),
  mode: nextMode,
  endorse: () => ask("endorse"),
  freeze: switchFreeze,
  panic: () => ask("panic"),
  rearm: () => ask("rearm"),
  help: showKeys,
  find,
}, closeOpen);

// -- a phone that stays awake ---------------------------------------------------------------------

/** @type {{ released: boolean } | null} */
let lock = null;
let isToldOfSleep = false;
/** Keep the display on at the remote; browsers allow it on this machine and on https. */
async function stayAwake() {
  if (lock && !lock.released) return;
  const { wakeLock } = /** @type {any} */ (navigator); // not every browser has it
  if (!wakeLock) {
    if (!isToldOfSleep && !isSecureContext) notify(NEVER_SLEEPS);
    isToldOfSleep = true;
    return;
  }
  try {
    lock = await wakeLock.request("screen");
  } catch {
    lock = null; // not visible, or the battery is low
  }
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && current === "remote") stayAwake();
});

show();
open();
