// Two bars that are in reach on every screen: the way out of panic, and the thumbs on a phone.

import { button, h, icon, say } from "./dom.js";
import { state, ask } from "./link.js";
import { card, confirmation } from "./card.js";
import { cardWords, isPanicked, makeThumbs } from "./remote.js";

/**
 * What panic has done, and one plain way back.
 *
 * @param {HTMLElement} element
 */
export function makePanicBar(element) {
  const text = h("p");
  const rearm = button({ class: "primary", onclick: () => ask("rearm") },
    icon("undo"),
    h("span", { text: "Rearm" }));
  element.append(icon("panic"), text, rearm);
  function update() {
    element.hidden = !isPanicked();
    if (element.hidden) return;
    say(text, `Panic: ${state.status?.text}.`);
    rearm.disabled = state.may !== "all" || state.connection !== "online";
  }
  return { update };
}

/**
 * The thumbs below a screen that has none of its own, while something waits for an answer.
 *
 * @param {HTMLElement} element
 */
export function makeThumbBar(element) {
  const what = h("p", { class: "what" });
  const heard = h("p", { class: "heard", role: "status" });
  const thumbs = makeThumbs();
  element.append(h("div", { class: "words" }, what, heard), thumbs.element);
  let rated = "";
  /** @param {boolean} isWanted */
  function update(isWanted) {
    const now = card();
    if (now.kind === "move" || now.kind === "suggestion") rated = now.id;
    // What was just answered here stays for its confirmation, older answers do not come back.
    const isOld = now.kind === "judged" && now.id !== rated;
    element.hidden = !isWanted || now.kind === "none" || isOld;
    document.body.toggleAttribute("data-rating", !element.hidden);
    if (element.hidden) return;
    say(what, cardWords());
    say(heard, confirmation());
    thumbs.update();
  }
  return { update };
}
