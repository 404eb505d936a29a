// Keys: the bridge's own table, shared with the terminal; this browser may have other letters.

import { h, say } from "./dom.js";
import { state, notify, redraw } from "./link.js";

const KEPT = "mixbridge-keys";
const TWICE_MS = 2000;
const TYPING = new Set(["text", "search", "number", "email", "url", "tel", "password"]);

let own = read();
let first = null; // a key that must be pressed twice, and when it was
let held = null; // the action of a key that is held down

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([, key]) => typeof key === "string" && key.length === 1));
  } catch {
    return {};
  }
}

/** The table as it holds here: [{ action, key, words, gesture }]. */
export const table = () => (state.facts.keys ?? []).map((row) => ({ ...row, key: own[row.action] ?? row.key }));

const isCapital = (key) => key !== key.toLowerCase();
const name = (key) => (isCapital(key) ? `Shift+${key}` : key.toUpperCase());

/** How the key of an action is written on its button; empty where there is none. */
export function shown(action) {
  const row = table().find((each) => each.action === action);
  return row ? `${name(row.key)}${row.gesture === "twice" ? " ×2" : ""}` : "";
}

/** The character that was pressed, whatever caps lock says. */
const pressed = (event) => (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase());

function isTyping(target) {
  return target.tagName === "SELECT" || target.tagName === "TEXTAREA" || (target.tagName === "INPUT" && TYPING.has(target.type));
}

/**
 * Listen to the keyboard.
 *
 * `actions` has a function by action; that of a held key is called with true, then with false.
 * `close` closes what is open and says whether anything was.
 */
export function listen(actions, close) {
  addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (close()) event.preventDefault();
      return;
    }
    if (event.key.length !== 1 || isTyping(event.target)) return;
    const key = pressed(event);
    const row = table().find((each) => each.key === key);
    const before = first;
    first = null;
    if (!row || !actions[row.action]) return;
    event.preventDefault();
    if (row.gesture === "hold") {
      held = row.action;
      actions[row.action](true);
    } else if (row.gesture === "twice" && !(before?.key === key && event.timeStamp - before.at < TWICE_MS)) {
      first = { key, at: event.timeStamp };
      notify(`Press ${name(key)} again for ${row.words}.`);
    } else {
      actions[row.action]();
    }
  });
  const letGo = () => {
    if (held) actions[held](false);
    held = null;
  };
  addEventListener("keyup", letGo);
  addEventListener("blur", letGo);
}

// -- the list ------------------------------------------------------------------------------------

let dialog = null;

/** Show the keys; each can be changed here. Esc closes it. */
export function showKeys() {
  dialog?.remove();
  const hint = h("p", { class: "legend", role: "status", text: "To change a key, press Change and then the new key. Esc closes this." });
  const rows = h("ul", { class: "keylist" });
  let waiting = "";
  const draw = () => rows.replaceChildren(...table().map((row) => h("li", {},
    h("kbd", { text: waiting === row.action ? "…" : shown(row.action) }),
    h("span", { text: `${row.words}${row.gesture === "hold" ? " (hold)" : row.gesture === "twice" ? " (press twice)" : ""}` }),
    h("button", { type: "button", class: "small", text: "Change", "aria-label": `Change the key for ${row.words}`, onclick: () => { waiting = row.action; say(hint, `Press the new key for: ${row.words}.`); draw(); } }))));
  const reset = h("button", { type: "button", class: "small", text: "Back to the usual keys", onclick: () => { own = {}; keep(); draw(); } });
  const done = h("button", { type: "button", class: "primary", text: "Close", onclick: () => dialog.close() });
  dialog = h("dialog", { class: "keys", "aria-labelledby": "keys-title" }, h("h2", { id: "keys-title", text: "Keys" }), hint, rows, h("div", { class: "actions" }, reset, done));
  const choose = (event) => {
    if (!waiting || event.key.length !== 1 || event.key.trim() === "") return;
    event.preventDefault();
    const key = pressed(event);
    const other = table().find((row) => row.key === key && row.action !== waiting);
    if (other) {
      say(hint, `${name(key)} is taken: ${other.words}. Press another key.`);
      return;
    }
    own = { ...own, [waiting]: key };
    waiting = "";
    keep();
    say(hint, "Changed, in this browser.");
    draw();
  };
  addEventListener("keydown", choose);
  dialog.addEventListener("close", () => {
    removeEventListener("keydown", choose);
    dialog.remove();
  });
  draw();
  document.body.append(dialog);
  dialog.showModal();
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(own));
  redraw("facts", "now");
}
