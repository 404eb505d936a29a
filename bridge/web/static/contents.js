// Contents in an offer: a task that changes items or clips gives its kind a picture of its own.

import { h } from "./dom.js";
import { itemPicture } from "./item.js";

/** @typedef {import("./types.js").Content} Content */

/** @type {Record<string, string>} */
const WORDS = { item: "item", clip: "clip", patch: "patch" };

/**
 * How a content is drawn, by its kind; the others are shown as texts.
 *
 * @type {Record<string, (content: Content) => HTMLElement>}
 */
export const PICTURES = { item: itemPicture, patch: asPatch };

/**
 * What a variant makes of a content.
 *
 * @param {Content} content
 */
export function pictureOf(content) {
  const draw = PICTURES[content.kind];
  return draw ? draw(content) : asTexts(content);
}

/**
 * A patch by the name of its file.
 *
 * @param {Content} content
 */
function asPatch({ after }) {
  const name = after.replace(/^.*[\\/]/, "").replace(/\.\w+$/, "").replace(/^\d+-/, "");
  return h("p", { text: `Patch: ${name}` });
}

/** @param {Content} content */
function asTexts(content) {
  const word = WORDS[content.kind] ?? content.kind;
  return h("p", { class: "content" },
    h("span", { text: `${word} ${content.id}: ` }),
    h("code", { text: content.before || "empty" }),
    " → ",
    h("code", { text: content.after || "empty" }));
}
