// What the bridge asks: which role a track plays whose name and sound do not say it.

import { button, h, say } from "./dom.js";
import { state, ask } from "./link.js";

/**
 * A card above every screen, shown while a question is open.
 *
 * @param {HTMLElement} element
 */
export function makeQuestion(element) {
  const text = h("p", { class: "what" });
  const yes = button({ class: "primary", text: "Yes", onclick: () => answer(asked()?.role ?? "") });
  const no = button({ class: "tool", text: "No", onclick: () => answer("other") });
  const other = h("select", { "aria-label": "The role that it plays", onchange: choose });
  element.append(text, h("div", { class: "actions" }, yes, no, other));

  const asked = () => state.status?.question ?? null;

  /** @param {string} role */
  function answer(role) {
    const question = asked();
    if (question) ask("role", `#${question.track}`, role);
  }

  function choose() {
    if (other.value) answer(other.value);
    other.value = "";
  }

  function update() {
    const question = asked();
    element.hidden = !question || state.may !== "all";
    if (!question) return;
    if (other.options.length === 0) {
      other.append(h("option", { value: "", text: "It is …" }));
      const { roles } = state.facts.schema;
      other.append(...roles.map((each) => h("option", { value: each, text: each })));
    }
    say(text, `${question.text[0].toUpperCase()}${question.text.slice(1)}`);
    yes.hidden = !question.role;
    say(no, question.role ? "No" : "Leave it");
  }
  return { update };
}
