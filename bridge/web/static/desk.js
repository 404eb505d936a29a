// The desk as a console: strips side by side, in groups where that is wanted, with a search.

import { h, say, mark } from "./dom.js";
import * as words from "./words.js";
import { state } from "./link.js";
import { table } from "./keys.js";
import { flip, makeStrip } from "./strip.js";
import { makeDetail } from "./detail.js";

const GROUPS = [
  ["Drums", ["kick", "snare", "hats", "drums"]],
  ["Bass", ["bass"]],
  ["Guitars and keys", ["guitar", "keys"]],
  ["Voices", ["lead", "backing"]],
  ["Pads and strings", ["pad", "strings"]],
  ["Effects and others", ["fx", "other"]],
];
const KEPT = "mixbridge-groups";
const STRIP_KEYS = { l: "learn", a: "act", s: "safe" };

const groupOf = (strip) => GROUPS.find(([, roles]) => roles.includes(strip.role))?.[0] ?? GROUPS.at(-1)[0];

export function makeDesk() {
  const search = h("input", { type: "search", placeholder: "Find a track or role", "aria-label": "Find a track", oninput: () => arrange() });
  const count = h("span", { class: "count", role: "status" });
  const grouped = h("button", { type: "button", class: "tool group-switch", text: "Groups", onclick: () => { localStorage.setItem(KEPT, isGrouped() ? "" : "yes"); arrange(); } });
  const rack = h("div", { class: "console", role: "group", "aria-label": "Tracks. Arrow keys go from one to the next, Enter shows its details." });
  const empty = h("p", { class: "empty" }, "No tracks yet. ", h("a", { href: "/start", text: "Connect your DAW" }), ", or look at the Doctor.");
  const dead = h("p", { class: "note", role: "status", hidden: true });
  const legend = h("p", { class: "legend", text: "Shaded: how far the bridge may go. Amber line: where the session began. Ring: how sure it is of your taste for that role." });
  const detail = makeDetail(close);
  const element = h("section", { class: "desk" },
    h("header", { class: "deskbar" }, h("h1", { text: "Desk" }), search, grouped, count), dead, empty, rack, detail.element, legend);
  let strips = [];
  let order = ""; // how they stand now
  let current = 0; // the strip that the Tab key finds
  let bookmark = Number(new URLSearchParams(location.search).get("track")) - 1; // until somebody chooses; -1 for none
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) strips[Number(entry.target.dataset.index)]?.show(entry.isIntersecting);
  }, { rootMargin: "100px" });

  const isGrouped = () => localStorage.getItem(KEPT) === "yes";

  function update(changed) {
    const names = state.strips.map((strip) => strip.name);
    if (strips.length !== names.length || strips.some((strip, i) => strip.name !== names[i])) make(names);
    if (changed.has("strips")) arrange();
    if (strips[bookmark] && detail.index() < 0) open(bookmark); // again where the song has changed
    for (const strip of strips) strip.update(changed);
    detail.update();
    const isDead = names.length > 0 && ["stale", "offline"].includes(state.status?.state);
    dead.hidden = !isDead;
    if (isDead) say(dead, `${words.sentence(state.status.text)} The strips show what it said last.`);
    empty.hidden = names.length > 0;
    search.hidden = grouped.hidden = count.hidden = legend.hidden = rack.hidden = names.length === 0;
  }

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

  /** Put the strips that are looked for side by side, as the DAW has them or in groups. */
  function arrange() {
    const wanted = search.value.trim().toLowerCase();
    const found = strips.filter(({ index, name }) => {
      const strip = state.strips[index];
      return strip && [name, strip.role, groupOf(strip)].some((text) => text.toLowerCase().includes(wanted));
    });
    const parts = isGrouped() ? GROUPS.map(([name]) => [name, found.filter((strip) => groupOf(state.strips[strip.index]) === name)]) : [["", found]];
    mark(grouped, "aria-pressed", isGrouped() ? "true" : "false");
    say(count, wanted ? `${found.length} of ${words.plural(strips.length, "track")}` : words.plural(strips.length, "track"));
    const key = JSON.stringify(parts.map(([name, members]) => [name, members.map((strip) => strip.index)]));
    if (key === order) return;
    order = key;
    rack.replaceChildren(...parts.filter(([, members]) => members.length).map(([name, members]) =>
      h("section", { class: "group", "aria-label": name || "All tracks" }, name ? h("h2", { text: `${name} · ${members.length}` }) : null, h("div", { class: "strips" }, members.map((strip) => strip.element)))));
    if (!found.some((strip) => strip.index === current)) current = found[0]?.index ?? 0;
    strips.forEach((strip) => strip.setCurrent(strip.index === current));
  }

  /** Show the details of a strip, or close them where they are shown. */
  function choose(index) {
    bookmark = -1;
    if (detail.index() === index) close();
    else open(index);
  }

  function goTo(strip) {
    strips[current]?.setCurrent(false);
    current = strip.index;
    strip.setCurrent(true);
    if (detail.index() >= 0) {
      bookmark = -1;
      open(current);
    }
    strip.element.focus();
    strip.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function open(index) {
    for (const strip of strips) mark(strip.element, "data-open", strip.index === index);
    strips[current]?.setCurrent(false);
    current = index;
    strips[index].setCurrent(true);
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

  rack.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const shown = [...rack.querySelectorAll(".strip")].map((each) => strips[Number(each.dataset.index)]);
    const at = shown.findIndex((strip) => strip.index === current);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 }[event.key];
    const isStrip = event.target.classList.contains("strip");
    if (next !== undefined) {
      event.preventDefault();
      if (shown[next]) goTo(shown[next]);
    } else if (isStrip && event.key === "Enter") {
      event.preventDefault();
      choose(current);
    } else if (STRIP_KEYS[event.key] && state.may === "all" && !table().some((row) => row.key === event.key)) {
      event.preventDefault();
      flip(current, STRIP_KEYS[event.key]);
    }
  });
  rack.addEventListener("focusin", (event) => {
    const strip = strips[Number(event.target.closest(".strip")?.dataset.index)];
    if (!strip || strip.index === current) return;
    strips[current]?.setCurrent(false);
    current = strip.index;
    strip.setCurrent(true);
  });

  function find() {
    search.focus();
    search.select();
  }
  return { element, update, close, find };
}
