// The link to the bridge: one WebSocket, a token, and the state that every screen draws.

import { byId } from "./dom.js";

/** @typedef {import("./types.js").Facts} Facts */
/** @typedef {import("./types.js").Greeting} Greeting */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Sections} Sections */

const KEPT = "mixbridge-token";
const RETRY_MS = [300, 600, 1200, 2500, 5000];
const LOST_MS = 2000;
const NO_TOKEN = 4401;

/**
 * What is known until the bridge has greeted this page.
 *
 * @type {Facts}
 */
const NO_FACTS = {
  version: "",
  session: "",
  profile: "",
  endorsed: "",
  keys: [],
  daw: "",
  daws: [],
  mayChoose: false,
  listens: "",
  schema: {
    params: [],
    classes: { gain: "", eq: "", pan: "" },
    roles: [],
    tasks: {},
    knobs: {},
    wishes: [],
  },
  eqShape: [],
};

/**
 * What is known: sections of the bridge by name, rows of the history by id, and the link itself.
 *
 * @type {import("./types.js").State}
 */
export const state = {
  connection: "connecting",
  may: "nothing",
  facts: NO_FACTS,
  rows: new Map(),
  status: null,
  strips: [],
  values: [],
  levels: [],
  held: [],
  now: null,
  learning: null,
  compare: null,
  work: null,
  midi: null,
  clients: 0,
  way: null,
  noticed: null,
  skew: 0,
};

/** @type {Set<(changed: Set<string>) => void>} */
const listeners = new Set();
/** @type {WebSocket | null} */
let socket = null;
let tries = 0;
let count = 0;
let lostTimer = 0;
/** @type {Map<number, (error: string) => void>} */
const answers = new Map();

/**
 * Call `listener(changed)` at most once a frame, with the names of the sections that changed.
 *
 * @param {(changed: Set<string>) => void} listener
 */
export function watch(listener) {
  listeners.add(listener);
}

/**
 * Draw again, as if these sections had changed.
 *
 * @param {...string} names
 */
export const redraw = (...names) => changed(...names);

/** @type {Set<string>} */
let pending = new Set();
let isScheduled = false;
/** @param {...string} names */
function changed(...names) {
  for (const name of names) pending.add(name);
  if (isScheduled) return;
  isScheduled = true;
  const flush = () => {
    isScheduled = false;
    const now = pending;
    pending = new Set();
    for (const listener of listeners) listener(now);
  };
  // A hidden page gets no frames, and a phone in the pocket must still be right when it wakes.
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

/** A token in the fragment came with the QR code; it is kept, and taken out of the address. */
function tokenFromAddress() {
  const fragment = location.hash.slice(1);
  if (!/^[\w-]{22}$/.test(fragment)) return;
  localStorage.setItem(KEPT, fragment);
  history.replaceState(null, "", location.pathname + location.search);
}

/** The token to use: who is on the bridge's own machine is given one. Null: it does not answer. */
async function findToken() {
  const kept = localStorage.getItem(KEPT) ?? "";
  try {
    const { token } = await (await fetch("/api/session")).json();
    return token ?? kept;
  } catch {
    return kept || null;
  }
}

/** @type {string | null} */
let token = null;

/**
 * What the bridge has by this name; throws where it is refused.
 *
 * @param {string} name
 */
export async function fetchDocument(name) {
  const answer = await fetch(`/api/${name}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

/**
 * Send JSON to the page's own API; returns why it was refused, in a sentence, or nothing.
 *
 * @param {string} name
 * @param {object} content
 * @returns {Promise<string>}
 */
export async function post(name, content) {
  try {
    const answer = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    return answer.ok ? "" : (await answer.json()).error;
  } catch {
    return "The bridge did not answer; nothing was sent.";
  }
}

export async function open() {
  tokenFromAddress();
  token = await findToken();
  if (!token) {
    if (token === null) lose();
    else refuse();
    retry();
    return;
  }
  const mine = new WebSocket(`ws://${location.host}/ws`);
  socket = mine;
  mine.addEventListener("open", () => mine.send(JSON.stringify({ token })));
  mine.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  mine.addEventListener("close", (event) => {
    socket = null;
    for (const done of answers.values()) done("The connection was lost; nothing was sent.");
    answers.clear();
    if (event.code === NO_TOKEN) refuse();
    else lose();
    retry();
  });
}

/** The token is worth nothing here. */
function refuse() {
  state.connection = "unpaired";
  changed("connection");
}

/** Say so only if it lasts: a daemon that restarts is back in a moment. */
function lose() {
  if (lostTimer || state.connection === "lost") return;
  if (state.connection === "online") state.connection = "connecting";
  changed("connection");
  lostTimer = setTimeout(() => {
    lostTimer = 0;
    if (socket?.readyState === WebSocket.OPEN) return;
    state.connection = "lost";
    changed("connection");
  }, LOST_MS);
}

function retry() {
  setTimeout(open, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
  tries += 1;
}

/** @typedef {{ notice: string }} Notice */
/** @typedef {{ answer: number, error?: string }} Answer */

/** @param {Notice | Answer | Greeting | (Partial<Sections> & { rows?: Row[] })} message */
function hear(message) {
  if ("notice" in message) {
    state.noticed = { text: message.notice, at: performance.now() };
    changed("now");
    notify(message.notice);
  } else if ("answer" in message) {
    answers.get(message.answer)?.(message.error ?? "");
    answers.delete(message.answer);
  } else if ("may" in message) {
    greet(message);
  } else {
    const { rows = [], ...sections } = message;
    for (const row of rows) state.rows.set(row.id, row);
    Object.assign(state, sections);
    changed(...Object.keys(message));
  }
}

/** @param {Greeting} greeting */
function greet({ may, clock, facts }) {
  if (facts.session !== state.facts.session) state.rows.clear();
  state.may = may;
  state.skew = Date.now() / 1000 - clock; // a phone's clock may be another
  state.facts = facts;
  state.connection = "online";
  tries = 0;
  clearTimeout(lostTimer);
  lostTimer = 0;
  changed("connection", "facts", "rows");
}

/**
 * Ask for something as `/bridge` has it; tells the person where it was refused.
 *
 * @param {string} address without `/bridge/`
 * @param {...(string | number)} args
 * @returns {Promise<string>} why it was refused, or nothing
 */
export async function ask(address, ...args) {
  /** @type {string} */
  const error = await new Promise((done) => {
    if (socket?.readyState !== WebSocket.OPEN || state.connection !== "online") {
      done("Not connected: nothing was sent.");
      return;
    }
    count += 1;
    answers.set(count, done);
    socket.send(JSON.stringify({ id: count, address: `/bridge/${address}`, args }));
  });
  if (error) notify(error);
  return error;
}

const RATED_MS = 250;
let ratedAt = -Infinity;
/**
 * A judgement with an id of its own, so that nothing can count twice; two within 250 ms are one.
 *
 * @param {number} value
 * @param {string} move
 */
export async function rate(value, move) {
  const now = performance.now();
  if (now - ratedAt < RATED_MS) return "";
  ratedAt = now;
  const random = crypto.getRandomValues(new Uint32Array(3));
  const id = Array.from(random, (n) => n.toString(36)).join("");
  return ask("reward", value, move, `page-${id}`);
}

/**
 * A sentence for the person, for a while.
 *
 * @param {string} text
 */
export function notify(text) {
  const toasts = byId("toasts");
  for (const toast of toasts.children) if (toast.textContent === text) toast.remove();
  while (toasts.children.length > 2) toasts.children[0].remove();
  const toast = document.createElement("p");
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

/**
 * Seconds since a wall time of the bridge.
 *
 * @param {number} at
 */
export function age(at) {
  return Math.max(0, Date.now() / 1000 - state.skew - at);
}
