// The link to the bridge: one WebSocket, a token, and the state that every screen draws.

const KEPT = "mixbridge-token";
const RETRY_MS = [300, 600, 1200, 2500, 5000];
const LOST_MS = 2000;
const NO_TOKEN = 4401;

/** What is known: sections of the bridge by name, rows of the history by id, and the link itself. */
export const state = {
  connection: "connecting", // connecting, online, lost, unpaired
  may: "nothing", // all, look
  facts: {},
  rows: new Map(),
  status: null, strips: [], values: [], levels: [], held: [], now: null, learning: null,
  compare: null, midi: null, clients: 0,
  way: null, // how far the way to the DAW has come
  noticed: null, // the last sentence for everyone: { text, at }
  skew: 0, // what to take from this machine's clock to have the bridge's, seconds
};

const listeners = new Set();
let socket = null;
let tries = 0;
let count = 0;
let lostTimer = null;
const answers = new Map();

/** Call `listener(changed)` at most once a frame, with the names of the sections that changed. */
export function watch(listener) {
  listeners.add(listener);
}

/** Draw again, as if these sections had changed. */
export const redraw = (...names) => changed(...names);

let pending = new Set();
let isScheduled = false;
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

let token = null;
export async function fetchDocument(name) {
  const answer = await fetch(`/api/${name}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

/** Send JSON to the page's own API; returns why it was refused, in a sentence, or nothing. */
export async function post(name, content) {
  try {
    const answer = await fetch(`/api/${name}`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: JSON.stringify(content) });
    return answer.ok ? "" : (await answer.json()).error;
  } catch {
    return "The bridge did not answer; nothing was sent.";
  }
}

export async function open() {
  tokenFromAddress();
  token = await findToken();
  if (!token) {
    if (token === null) {
      lose();
    } else {
      state.connection = "unpaired";
      changed("connection");
    }
    retry();
    return;
  }
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("open", () => socket.send(JSON.stringify({ token })));
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    socket = null;
    for (const done of answers.values()) done("The connection was lost; nothing was sent.");
    answers.clear();
    if (event.code === NO_TOKEN) {
      state.connection = "unpaired";
      changed("connection");
    } else {
      lose();
    }
    retry();
  });
}

/** Say so only if it lasts: a daemon that restarts is back in a moment. */
function lose() {
  if (lostTimer !== null || state.connection === "lost") return;
  if (state.connection === "online") state.connection = "connecting";
  changed("connection");
  lostTimer = setTimeout(() => {
    lostTimer = null;
    if (socket?.readyState === WebSocket.OPEN) return;
    state.connection = "lost";
    changed("connection");
  }, LOST_MS);
}

function retry() {
  setTimeout(open, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
  tries += 1;
}

function hear(message) {
  if ("notice" in message) {
    state.noticed = { text: message.notice, at: performance.now() };
    changed("now");
    return notify(message.notice);
  }
  if ("answer" in message) {
    answers.get(message.answer)?.(message.error ?? "");
    answers.delete(message.answer);
    return;
  }
  if ("may" in message) {
    if (message.facts.session !== state.facts.session) state.rows.clear();
    state.may = message.may;
    state.skew = Date.now() / 1000 - message.clock; // a phone's clock may be another
    state.facts = message.facts;
    state.connection = "online";
    tries = 0;
    clearTimeout(lostTimer);
    lostTimer = null;
    changed("connection", "facts", "rows");
    return;
  }
  for (const [name, content] of Object.entries(message)) {
    if (name === "rows") for (const row of content) state.rows.set(row.id, row);
    else state[name] = content;
    changed(name);
  }
}

/** Ask for something as `/bridge` has it; tells the person where it was refused. */
export async function ask(address, ...args) {
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
/** A judgement with an id of its own, so that nothing can count twice; two within 250 ms are one. */
export async function rate(value, move) {
  const now = performance.now();
  if (now - ratedAt < RATED_MS) return "";
  ratedAt = now;
  const id = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("");
  return ask("reward", value, move, `page-${id}`);
}

let toasts = null;
/** A sentence for the person, for a while. */
export function notify(text) {
  toasts ??= document.getElementById("toasts");
  for (const toast of toasts.children) if (toast.textContent === text) toast.remove();
  while (toasts.children.length > 2) toasts.firstChild.remove();
  const toast = document.createElement("p");
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

/** Seconds since a wall time of the bridge. */
export function age(at) {
  return Math.max(0, Date.now() / 1000 - state.skew - at);
}
