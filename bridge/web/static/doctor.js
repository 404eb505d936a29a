// The doctor: the same lines as `mixbridge doctor`, the pads, and who looks at this page.

import { button, h, say } from "./dom.js";
import { state, fetchDocument } from "./link.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {import("./types.js").Finding} Finding */
/** @typedef {import("./types.js").Midi} Midi */

const MARKS = { ok: "✓", warning: "!", problem: "✕" };
/** @type {Finding} */
const NO_ANSWER = {
  level: "problem",
  subject: "doctor",
  text: "the bridge did not answer",
  remedy: "is it running?",
};
/** @type {Midi} */
const NO_MIDI = { level: "warning", text: "not listened to", remedy: "", bindings: [] };

/** @returns {import("./types.js").Screen} */
export function makeDoctor() {
  const lines = h("ul", { class: "findings" });
  const again = button({ class: "tool", text: "Check again", onclick: () => examine() });
  const pads = h("ul", { class: "findings pads" });
  const clients = h("p", { class: "legend" });
  const element = h("section", { class: "doctor" },
    h("h1", { text: "Doctor" }),
    clients,
    again,
    lines,
    h("h2", { text: "Pads and pedals" }),
    pads);
  let isExamined = false;

  async function examine() {
    isExamined = true;
    say(again, "Checking …");
    try {
      /** @type {Finding[]} */
      const findings = await (await fetchDocument("doctor")).json();
      lines.replaceChildren(...findings.map(line));
    } catch {
      isExamined = false;
      lines.replaceChildren(line(NO_ANSWER));
    }
    say(again, "Check again");
  }

  /** @param {Changed} changed */
  function update(changed) {
    if (!isExamined && state.connection === "online") examine();
    const { version, profile } = state.facts;
    const open = state.clients === 1 ? "Only this page is" : `${state.clients} pages are`;
    say(clients, `mixbridge ${version}, limits of profile ${profile}. ${open} open.`);
    if (!changed.has("midi") && !changed.has("connection") && pads.children.length) return;
    const { bindings, ...midi } = state.midi ?? NO_MIDI;
    pads.replaceChildren(line({ subject: "MIDI", ...midi }), ...bindings.map(bound));
  }
  return { element, update };
}

/** @param {string} text */
const bound = (text) => line({ level: "ok", subject: "bound", text, remedy: "" });

/** @param {Finding} finding */
function line({ level, subject, text, remedy }) {
  return h("li", { "data-level": level },
    h("span", { class: "mark", text: `${MARKS[level]} ${level}` }),
    h("span", { class: "what" }, h("strong", { text: `${subject}: ` }), text),
    remedy ? h("span", { class: "remedy", text: `→ ${remedy}` }) : null);
}
