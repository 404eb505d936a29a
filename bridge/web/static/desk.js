// The desk as a console: strips side by side, in groups where that is wanted, with a search.

import { button, h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state } from "./link.js";
import { table } from "./keys.js";
import { flip, makeStrip } from "./strip.js";
import { makeDetail } from "./detail.js";

/** @typedef {import("./types.js").Changed} Changed */
/** @typedef {ReturnType<typeof makeStrip>} ShownStrip */

const GROUPS = [
  { name: "Drums", roles: ["kick", "snare", "hats", "drums"] },
  { name: "Bass", roles: ["bass"] },
  { name: "Guitars and keys", roles: ["guitar", "keys"] },
  { name: "Voices", roles: ["lead", "backing"] },
  { name: "Pads and strings", roles: ["pad", "strings"] },
  { name: "Effects and others", roles: ["fx", "other"] },
];
const KEPT = "mixbridge-groups";
/** @type {Record<string, import("./strip.js").Verb>} */
const STRIP_KEYS = { l: "learn", a: "act", s: "safe" };

/** @param {import("./types.js").Strip} strip */
const groupOf = ({ role }) =>
  (GROUPS.find(({ roles }) => roles.includes(role)) ?? GROUPS[GROUPS.length - 1]).name;

/** What the search finds tracks by whose role neither name, sound nor person says. */
const NO_ROLE = "no role";

/** @param {import("./types.js").Strip} strip that the bridge may mix */
const hasNoRole = ({ roleSource, barred, safe }) =>
  roleSource === "nothing" && !barred && !safe.includes("gain");

/**
 * The number of the strip that something happened to; NaN where it was none.
 *
 * @param {{ target: EventTarget | null }} event
 */
function indexOf({ target }) {
  const strip = target instanceof Element ? target.closest(".strip") : null;
  return strip instanceof HTMLElement ? Number(strip.dataset.index) : NaN;
}

export function makeDesk() {
  const search = h("input", {
    type: "search",
    placeholder: "Find a track or role",
    "aria-label": "Find a track",
    oninput: () => arrange(),
  });
  const count = h("span", { class: "count", role: "status" });
  const roleless = button({
    class: "tool",
    title: "Press the name of a track and choose its role: the bridge then knows more about it.",
    onclick: () => searchFor(search.value === NO_ROLE ? "" : NO_ROLE),
  });
  const grouped = button({ class: "tool group-switch", text: "Groups", onclick: switchGroups });
  const rack = h("div", {
    class: "console",
    role: "group",
    "aria-label": "Tracks. Arrow keys go from one to the next, Enter shows its details.",
  });
  const empty = h("p", { class: "empty" },
    "No tracks yet. ",
    h("a", { href: "/start", text: "Connect your DAW" }),
    ", or look at the Doctor.");
  const dead = h("p", { class: "note", role: "status", hidden: true });
  const legend = h("p", {
    class: "legend",
    text:
      "Shaded: how far the bridge may go. Amber line: where the session began. " +
      "Ring: how sure it is of your taste for that role.",
  });
  const detail = makeDetail(close);
  const element = h("section", { class: "desk" },
    h("header", { class: "deskbar" }, h("h1", { text: "Desk" }), search, grouped, roleless, count),
    dead,
    empty,
    rack,
    detail.element,
    legend);
  /** @type {ShownStrip[]} */
  let strips = [];
  let order = ""; // how they stand now
  let current = 0; // the strip that the Tab key finds
  // Of the address, until somebody chooses another strip; -1 for none.
  let bookmark = Number(new URLSearchParams(location.search).get("track")) - 1;
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) strips[indexOf(entry)]?.show(entry.isIntersecting);
    },
    { rootMargin: "100px" },
  );

  const isGrouped = () => localStorage.getItem(KEPT) === "yes";

  /** @param {string} text */
  function searchFor(text) {
    search.value = text;
    arrange();
  }

  function switchGroups() {
    localStorage.setItem(KEPT, isGrouped() ? "" : "yes");
    arrange();
  }

  /** @param {Changed} changed */
  function update(changed) {
    const names = state.strips.map((strip) => strip.name);
    const isSame = names.every((name, i) => name === strips[i]?.name);
    if (!isSame || strips.length !== names.length) make(names);
    if (changed.has("strips")) arrange();
    if (strips[bookmark] && detail.index() < 0) open(bookmark); // again where the song has changed
    for (const strip of strips) strip.update(changed);
    detail.update();
    const isEmpty = names.length === 0;
    for (const each of [search, grouped, count, legend, rack]) each.hidden = isEmpty;
    empty.hidden = !isEmpty;
    updateDead(isEmpty);
  }

  /** @param {boolean} isEmpty */
  function updateDead(isEmpty) {
    const { status } = state;
    const isDead = !isEmpty && status !== null && ["stale", "offline"].includes(status.state);
    dead.hidden = !isDead;
    if (isDead) say(dead, `${words.sentence(status.text)} The strips show the last values.`);
  }

  /** @param {string[]} names */
  function make(names) {
    seen.disconnect();
    detail.close();
    mark(element, "data-detail", false);
    strips = names.map((name, i) => makeStrip(name, i, choose));
    current = 0;
    order = "";
    arrange();
    for (const strip of strips) seen.observe(strip.element);
  }

  /** The strips that are looked for. */
  function matches() {
    const wanted = search.value.trim().toLowerCase();
    return strips.filter(({ index, name }) => {
      const strip = state.strips[index];
      if (!strip) return false;
      const texts = [name, strip.role, groupOf(strip), hasNoRole(strip) ? NO_ROLE : ""];
      return texts.some((text) => text.toLowerCase().includes(wanted));
    });
  }

  /** Put the strips that are looked for side by side, as the DAW has them or in groups. */
  function arrange() {
    const unknown = state.strips.filter(hasNoRole).length;
    if (unknown === 0 && search.value === NO_ROLE) search.value = ""; // the last has one now
    const found = matches();
    mark(grouped, "aria-pressed", isGrouped() ? "true" : "false");
    const all = words.plural(strips.length, "track");
    roleless.hidden = unknown === 0;
    mark(roleless, "aria-pressed", search.value === NO_ROLE ? "true" : "false");
    say(roleless, `${unknown} without a role`);
    say(count, search.value.trim() ? `${found.length} of ${all}` : all);
    const parts = isGrouped() ? inGroups(found) : [{ name: "", members: found }];
    const key = parts.map(keyOf).join();
    if (key === order) return;
    order = key;
    rack.replaceChildren(...parts.filter(({ members }) => members.length).map(makeGroup));
    if (!found.some((strip) => strip.index === current)) current = found[0]?.index ?? 0;
    strips.forEach((strip) => strip.setCurrent(strip.index === current));
  }

  /** @param {number} index */
  function setCurrent(index) {
    strips[current]?.setCurrent(false);
    current = index;
    strips[index].setCurrent(true);
  }

  /** @param {ShownStrip} strip */
  function goTo(strip) {
    setCurrent(strip.index);
    if (detail.index() >= 0) {
      bookmark = -1;
      open(current);
    }
    strip.element.focus();
    strip.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} index */
  function open(index) {
    for (const strip of strips) mark(strip.element, "data-open", strip.index === index);
    setCurrent(index);
    mark(element, "data-detail", true);
    strips[index].element.scrollIntoView({ block: "nearest", inline: "nearest" });
    detail.open(index);
  }

  /** Close the details; says whether they were open. */
  function close() {
    const index = detail.index();
    if (index < 0) return false;
    bookmark = -1;
    detail.close();
    mark(element, "data-detail", false);
    mark(strips[index].element, "data-open", false);
    strips[index].title.focus({ preventScroll: true });
    return true;
  }

  /**
   * Show the details of a strip, or close them where they are shown.
   *
   * @param {number} index
   */
  function choose(index) {
    bookmark = -1;
    if (detail.index() === index) close();
    else open(index);
  }

  /**
   * The strip to which a key goes; undefined where it goes nowhere, null past either end.
   *
   * @param {string} key
   */
  function neighbour(key) {
    const elements = [...rack.querySelectorAll(".strip")];
    const shown = elements.map((target) => strips[indexOf({ target })]);
    const at = shown.findIndex((strip) => strip.index === current);
    /** @type {Record<string, number>} */
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 };
    return key in places ? (shown[places[key]] ?? null) : undefined;
  }

  rack.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const next = neighbour(key);
    const isStrip = target instanceof Element && target.classList.contains("strip");
    const isFree = state.may === "all" && !table().some((row) => row.key === key);
    if (next !== undefined) {
      event.preventDefault();
      if (next) goTo(next);
    } else if (isStrip && key === "Enter") {
      event.preventDefault();
      choose(current);
    } else if (STRIP_KEYS[key] && isFree) {
      event.preventDefault();
      flip(current, STRIP_KEYS[key]);
    }
  });
  rack.addEventListener("focusin", (event) => {
    const index = indexOf(event);
    if (strips[index] && index !== current) setCurrent(index);
  });

  function find() {
    search.focus();
    search.select();
  }
  return { element, update, close, find };
}

/**
 * Strips that stand together; all of them have no name.
 *
 * @typedef {{ name: string, members: ShownStrip[] }} Part
 */

/** @param {Part} part */
const keyOf = ({ name, members }) => `${name}:${members.map(({ index }) => index)}`;

/**
 * @param {ShownStrip[]} found
 * @returns {Part[]}
 */
function inGroups(found) {
  return GROUPS.map(({ name }) => ({
    name,
    members: found.filter(({ index }) => groupOf(state.strips[index]) === name),
  }));
}

/** @param {Part} part */
function makeGroup({ name, members }) {
  return h("section", { class: "group", "aria-label": name || "All tracks" },
    name ? h("h2", { text: `${name} · ${members.length}` }) : null,
    h("div", { class: "strips" }, members.map((strip) => strip.element)));
}
