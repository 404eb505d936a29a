// The doctor: the same lines as `mixbridge doctor`, the pads, and who looks at this page.

import { h, say } from "./dom.js";
import { state, fetchDocument } from "./link.js";

const MARKS = { ok: "✓", warning: "!", problem: "✕" };

export function makeDoctor() {
  const lines = h("ul", { class: "findings" });
  const again = h("button", { type: "button", class: "tool", text: "Check again", onclick: () => examine() });
  const pads = h("ul", { class: "findings pads" });
  const clients = h("p", { class: "legend" });
  const element = h("section", { class: "doctor" }, h("h1", { text: "Doctor" }), clients, again, lines, h("h2", { text: "Pads and pedals" }), pads);
  let isExamined = false;

  async function examine() {
    isExamined = true;
    say(again, "Checking …");
    try {
      const findings = await (await fetchDocument("doctor")).json();
      lines.replaceChildren(...findings.map(({ level, subject, text, remedy }) => line(level, subject, text, remedy)));
    } catch {
      isExamined = false;
      lines.replaceChildren(line("problem", "doctor", "the bridge did not answer", "is it running?"));
    }
    say(again, "Check again");
  }

  function update(changed) {
    if (!isExamined && state.connection === "online") examine();
    say(clients, `mixbridge ${state.facts.version ?? ""}, limits of profile ${state.facts.profile ?? ""}. ${state.clients === 1 ? "Only this page is open." : `${state.clients} pages are open.`}`);
    if (!changed.has("midi") && !changed.has("connection") && pads.children.length) return;
    const midi = state.midi ?? { text: "not listened to", bindings: [], level: "warning", remedy: "" };
    pads.replaceChildren(line(midi.level, "MIDI", midi.text, midi.remedy), ...midi.bindings.map((text) => line("ok", "bound", text, "")));
  }
  return { element, update };
}

function line(level, subject, text, remedy) {
  return h("li", { "data-level": level },
    h("span", { class: "mark", text: `${MARKS[level]} ${level}` }),
    h("span", { class: "what" }, h("strong", { text: `${subject}: ` }), text),
    remedy ? h("span", { class: "remedy", text: `→ ${remedy}` }) : null);
}
