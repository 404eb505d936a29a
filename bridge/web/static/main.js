// The page: header, screens, keys; what is shown is what the bridge has confirmed.

import { h, icon, say, mark } from "./dom.js";
import { state, watch, open, ask, notify } from "./link.js";
import { answer, undo } from "./card.js";
import { makePanicBar, makeThumbBar } from "./bars.js";
import { listen, showKeys } from "./keys.js";
import { makeRemote, switchFreeze } from "./remote.js";
import { makeStart } from "./start.js";
import { makeDesk } from "./desk.js";
import { makeSuggestions } from "./suggestions.js";
import { makeHistory } from "./history.js";
import { makeLearning } from "./learning.js";
import { makeDoctor } from "./doctor.js";
import { makeEars } from "./ears.js";

const SCREENS = {
  start: ["First steps", makeStart],
  remote: ["Remote", () => makeRemote("Remote")],
  desk: ["Desk", makeDesk],
  suggestions: ["Suggestions", makeSuggestions],
  history: ["History", makeHistory],
  learning: ["Learning", makeLearning],
  doctor: ["Doctor", makeDoctor],
};
const MODES = { observe: ["Observe", "only watch"], suggest: ["Suggest", "ask me first"], assist: ["Assist", "move by itself"], gig: ["Gig", "only what is sure"] };
const EVERYTHING = new Set(["connection", "facts", "status", "strips", "values", "levels", "held", "now", "rows", "learning", "compare", "midi", "clients", "way"]);

const screen = document.getElementById("screen");
const side = document.getElementById("side");
const banner = document.getElementById("banner");
const roomy = matchMedia("(min-width: 640px)");
const wide = matchMedia("(min-width: 1100px)");
const made = new Map();
let current = null;

// -- header --------------------------------------------------------------------------------------

const lamp = h("span", { class: "lamp" });
const connection = h("a", { class: "connection", href: "/start", onclick: (event) => go(event, "start") }, lamp, h("span", { class: "text" }));
const mode = h("select", { id: "mode", "aria-label": "Mode: how much the bridge may do", onchange: () => { ask("mode", mode.value); mode.value = state.status?.mode ?? "suggest"; } },
  Object.keys(MODES).map((value) => h("option", { value })));
document.getElementById("head").append(
  h("a", { class: "brand", href: "/remote", onclick: (event) => go(event, "remote") }, h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 }), "mixbridge"),
  connection, h("button", { type: "button", class: "help", "aria-label": "Keys", title: "Keys (?)", onclick: showKeys }, "?"), mode);

function updateHead() {
  const { connection: link, status } = state;
  const bridge = status?.state ?? "";
  const text = link === "online" ? (bridge === "online" ? (status.scene ? `DAW connected, scene ${status.scene}` : "DAW connected") : bridge ? `${bridge}: ${status.text}` : "connected") : link === "connecting" ? "connecting …" : link === "unpaired" ? "not paired" : "connection lost";
  say(connection.querySelector(".text"), text);
  mark(connection, "data-state", link === "online" ? bridge : link);
  mark(connection, "title", text);
  for (const option of mode.options) say(option, roomy.matches ? MODES[option.value].join(": ") : MODES[option.value][0]);
  if (document.activeElement !== mode && status) mode.value = status.mode;
  mode.disabled = state.may !== "all" || link !== "online";
  const words = link === "lost" ? "The bridge does not answer. Trying to reconnect. If it has ended, start it again: mixbridge run" : link === "unpaired" ? "This device is not paired. Scan the QR code that mixbridge shows when it is started with --listen." : "";
  banner.hidden = !words;
  say(banner, words);
}

// -- screens -------------------------------------------------------------------------------------

const nav = document.getElementById("nav");
const links = new Map();
for (const [name, [word]] of Object.entries(SCREENS)) {
  const link = h("a", { href: `/${name}`, onclick: (event) => go(event, name) }, icon(name), h("span", { text: word }));
  links.set(name, link);
  nav.append(link);
}

function go(event, name) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", `/${name}`);
  show();
  screen.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function show() {
  const path = location.pathname.slice(1);
  let name = path in SCREENS ? path : "";
  if (!name) name = isFirstRun() ? "start" : wide.matches ? "desk" : "remote";
  if (!made.has(name)) made.set(name, SCREENS[name][1]());
  current = name;
  screen.replaceChildren(made.get(name).element);
  document.body.dataset.screen = name;
  document.title = `${SCREENS[name][0]} · mixbridge`;
  for (const [other, link] of links) mark(link, "aria-current", other === name ? "page" : false);
  if (name === "remote") stayAwake();
  draw(EVERYTHING);
}

let isDecided = false;
/** Whether nobody has met a DAW yet; decided once, so that no screen goes away by itself. */
function isFirstRun() {
  return state.connection === "online" && state.status !== null && !state.facts.ears && state.strips.length === 0 && ["offline", "stale"].includes(state.status.state);
}

const aside = makeRemote();
side.append(h("h2", { text: "Now" }), aside.element);
const ears = makeEars(document.getElementById("ears"), document.getElementById("welcome"));
const panicBar = makePanicBar(document.getElementById("panicbar"));
const thumbBar = makeThumbBar(document.getElementById("rate"));

function draw(changed) {
  if (!isDecided && state.status) {
    isDecided = true;
    if (isFirstRun() && !(location.pathname.slice(1) in SCREENS)) return show();
  }
  updateHead();
  links.get("start").hidden = Boolean(state.facts.ears);
  made.get(current)?.update(changed);
  if (wide.matches && current !== "remote") aside.update(changed);
  ears.update(changed);
  panicBar.update();
  thumbBar.update(!wide.matches && current !== "remote");
}
wide.addEventListener("change", () => show());
addEventListener("popstate", () => show());
watch(draw);
setInterval(() => draw(new Set(["time"])), 1000);

// -- keys: the table comes from the bridge ---------------------------------------------------------

function find() {
  if (current !== "desk") {
    history.pushState(null, "", "/desk");
    show();
  }
  made.get("desk").find();
}
const nextMode = () => {
  const modes = Object.keys(MODES);
  ask("mode", modes[(modes.indexOf(state.status?.mode) + 1) % modes.length]);
};
listen({
  good: () => answer(1),
  bad: () => answer(-1),
  undo,
  compare: (isDown) => ask("compare", isDown ? 1 : 0),
  play: () => ears.toggle(),
  mode: nextMode,
  endorse: () => ask("endorse"),
  freeze: switchFreeze,
  panic: () => ask("panic"),
  rearm: () => ask("rearm"),
  help: showKeys,
  find,
}, () => ears.closeWelcome() || (current === "desk" && made.get("desk").close()));

// -- a phone that stays awake ----------------------------------------------------------------------

let lock = null;
let isToldOfSleep = false;
/** Keep the display on while the remote is shown; browsers allow it on this machine and on https. */
async function stayAwake() {
  if (lock && !lock.released) return;
  if (!("wakeLock" in navigator)) {
    if (!isToldOfSleep && !isSecureContext) notify("Your browser lets the display sleep here; you may want to change that in the phone's settings.");
    isToldOfSleep = true;
    return;
  }
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // not visible, or the battery is low
  }
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && current === "remote") stayAwake();
});

show();
open();
