// What was found on the track in focus, the likeliest yes first; one of them is offered next.

import { h, mark, say } from "./dom.js";
import { state, ask } from "./link.js";

/** @typedef {import("./types.js").Work} Work */

const MOVES = new Set(["ArrowDown", "ArrowUp", "Home", "End"]);

/** The list; hidden while a task lists nothing. Arrow keys go through it, Enter chooses. */
export function makeFinds() {
  const title = h("h2");
  const list = h("ol", { class: "findlist" });
  const element = h("section", { class: "finds", hidden: true, "aria-label": "What was found" },
    title,
    h("p", {
      class: "legend",
      text:
        "The likeliest yes first. Arrow keys go from one to the next, Enter offers it: hear it, " +
        "pick it or keep what is there, as above.",
    }),
    list);
  let drawn = "";
  let track = 0;
  /** @type {string[]} */
  let names = [];

  /** The buttons, in their order. */
  const buttons = () => [...list.querySelectorAll("button")];

  list.addEventListener("keydown", (event) => {
    if (!MOVES.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const all = buttons();
    const at = all.findIndex((each) => each === document.activeElement);
    /** @type {Record<string, number>} */
    const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    focus(all[Math.min(Math.max(places[event.key], 0), all.length - 1)]);
  });

  /** @param {HTMLButtonElement | undefined} target the one that Tab comes to */
  function focus(target) {
    reach(target);
    target?.focus();
  }

  /** @param {HTMLButtonElement | undefined} target */
  function reach(target) {
    for (const each of buttons()) each.tabIndex = each === target ? 0 : -1;
  }

  /** @param {Work} work */
  function update({ finds, places, track: name, device }) {
    const isUsable = state.may === "all" && state.connection === "online";
    element.hidden = finds.length === 0;
    track = places.find((place) => place.track === name)?.number ?? 0;
    const text = JSON.stringify([finds, isUsable]);
    if (text === drawn) return;
    drawn = text;
    say(title, `${finds.length} found on ${device || name}`);
    const before = buttons().findIndex((each) => each === document.activeElement);
    const focused = before >= 0 ? names[before] : ""; // the focus stays on a find, not on a row
    const rows = finds.map((find) => {
      const likely = `${Math.round(100 * find.likely)} %`;
      const row = h("button", {
        type: "button",
        class: "find",
        disabled: !isUsable,
        onclick: () => ask("focus", `#${track}`, find.name),
      },
      h("span", { class: "likely", text: likely }),
      h("span", { text: find.text }));
      mark(row, "aria-label", `A yes is ${likely} likely: ${find.text}`);
      return h("li", {}, row);
    });
    list.replaceChildren(...rows);
    names = finds.map((find) => find.name);
    const all = buttons();
    reach(all[0]);
    if (before >= 0) focus(all[names.indexOf(focused)] ?? all[Math.min(before, all.length - 1)]);
  }
  return { element, update };
}
