// Keys: the bridge's own table, shared with the terminal; this browser may have other letters.

import { button, h, say } from "./dom.js";
import { state, notify, redraw } from "./link.js";

/** @typedef {import("./types.js").Key} Key */

const KEPT = "mixbridge-keys";
const TWICE_MS = 2000;
const TYPING = new Set(["text", "search", "number", "email", "url", "tel", "password"]);
const GESTURES = { press: "", twice: " (press twice)", hold: " (hold)" };

/**
 * The letters of this browser, by action.
 *
 * @type {Record<string, string>}
 */
let own = read();
/**
 * A key that must be pressed twice, and when it was.
 *
 * @type {{ key: string, at: number } | null}
 */
let first = null;
let held = ""; // the action of a key that is held down

/** @returns {Record<string, string>} */
function read() {
  try {
    const kept = Object.entries(JSON.parse(localStorage.getItem(KEPT) ?? "{}"));
    const letters = kept.filter(([, key]) => typeof key === "string" && key.length === 1);
    return Object.fromEntries(letters);
  } catch {
    return {};
  }
}

/** The table as it holds here. */
export function table() {
  return state.facts.keys.map((row) => ({ ...row, key: own[row.action] ?? row.key }));
}

/** @param {string} key */
const isCapital = (key) => key !== key.toLowerCase();
/** @param {string} key */
const name = (key) => (isCapital(key) ? `Shift+${key}` : key.toUpperCase());

/**
 * How the key of an action is written on its button; empty where there is none.
 *
 * @param {string} action
 */
export function shown(action) {
  const row = table().find((each) => each.action === action);
  return row ? `${name(row.key)}${row.gesture === "twice" ? " ×2" : ""}` : "";
}

/**
 * The character that was pressed, whatever caps lock says.
 *
 * @param {KeyboardEvent} event
 */
const pressed = (event) => (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase());

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (target instanceof HTMLInputElement) return TYPING.has(target.type);
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

/** @param {KeyboardEvent} event */
function isOurs(event) {
  const isPlain = !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey;
  return isPlain && !document.querySelector("dialog[open]");
}

/**
 * Listen to the keyboard.
 *
 * @param {Record<string, (isDown: boolean) => void>} actions by name; that of a held key is called
 *   with true, then with false
 * @param {() => boolean} close closes what is open and says whether anything was
 */
export function listen(actions, close) {
  addEventListener("keydown", (event) => {
    if (!isOurs(event)) return;
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
    const isSecond = before?.key === key && event.timeStamp - before.at < TWICE_MS;
    if (row.gesture === "twice" && !isSecond) {
      first = { key, at: event.timeStamp };
      notify(`Press ${name(key)} again for ${row.words}.`);
      return;
    }
    if (row.gesture === "hold") held = row.action;
    actions[row.action](true);
  });
  const letGo = () => {
    if (held) actions[held](false);
    held = "";
  };
  addEventListener("keyup", letGo);
  addEventListener("blur", letGo);
}

// -- the list ------------------------------------------------------------------------------------

/** @type {HTMLDialogElement | null} */
let dialog = null;

/** Show the keys; each can be changed here. Esc closes it. */
export function showKeys() {
  dialog?.remove();
  const hint = h("p", {
    class: "legend",
    role: "status",
    text: "To change a key, press Change and then the new key. Esc closes this.",
  });
  const rows = h("ul", { class: "keylist" });
  let waiting = ""; // the action that gets a new key

  const draw = () => rows.replaceChildren(...table().map(makeRow));

  /** @param {Key} row */
  function makeRow(row) {
    const change = button({
      class: "small",
      text: "Change",
      "aria-label": `Change the key for ${row.words}`,
      onclick: () => {
        waiting = row.action;
        say(hint, `Press the new key for: ${row.words}.`);
        draw();
      },
    });
    return h("li", {},
      h("kbd", { text: waiting === row.action ? "…" : shown(row.action) }),
      h("span", { text: `${row.words}${GESTURES[row.gesture]}` }),
      change);
  }

  const reset = button({
    class: "small",
    text: "Back to the usual keys",
    onclick: () => {
      own = {};
      keep();
      draw();
    },
  });
  const done = button({ class: "primary", text: "Close", onclick: () => opened.close() });
  const opened = h("dialog", { class: "keys", "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title", text: "Keys" }),
    hint,
    rows,
    h("div", { class: "actions" }, reset, done));
  dialog = opened;

  /** @param {KeyboardEvent} event */
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
  opened.addEventListener("close", () => {
    removeEventListener("keydown", choose);
    opened.remove();
  });
  draw();
  document.body.append(opened);
  opened.showModal();
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(own));
  redraw("facts", "now");
}
