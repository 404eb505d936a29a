// What is worked on: the task, the track or device in focus, and the knobs there.

import { button, css, h, icon, mark, percent, say } from "./dom.js";
import { state, ask } from "./link.js";
import { zone } from "./strip.js";
import { makeFinds } from "./finds.js";
import { shown } from "./keys.js";
import { makeOffer } from "./offer.js";
import "./clips.js";

/** @typedef {import("./types.js").Knob} Knob */
/** @typedef {import("./types.js").Work} Work */

const AUTO = "auto";
const NEVER = "never";

/** Whether a request of this page would reach the bridge. */
const isUsable = () => state.may === "all" && state.connection === "online";

/** The task that is at work is the mix, or there is none. */
export const isMix = () => ["mix", "off"].includes(state.work?.task ?? "mix");

/** Everything about tasks, for the screen of suggestions. */
export function makeWork() {
  const tasks = h("div", { class: "tasks", role: "group", "aria-label": "Choose the task" });
  const does = h("p", { class: "legend" });
  const focus = makeFocus();
  const offer = makeOffer();
  const asking = makeAsking();
  const finds = makeFinds();
  const believed = h("p", { class: "legend", role: "status" });
  const rest = h("p", { class: "empty", role: "status" });
  const knobs = makeKnobs();
  const element = h("div", { class: "work" },
    tasks,
    does,
    focus.element,
    believed,
    asking.element,
    offer.element,
    rest,
    finds.element,
    knobs.element);
  let drawn = "";

  /** @param {Work} work */
  function updateTasks(work) {
    const words = state.facts.schema.tasks;
    const text = JSON.stringify([work.known, work.task, isUsable()]);
    if (text === drawn) return;
    drawn = text;
    const buttons = work.known.map((name) =>
      button({
        class: "side",
        text: words[name]?.[0] ?? name,
        "aria-pressed": name === work.task ? "true" : "false",
        disabled: !isUsable(),
        onclick: () => ask("task", name),
      }));
    tasks.replaceChildren(...buttons);
    const title = words[work.task] ?? [work.task, ""];
    say(does, title[1] ? `${title[0]}: ${title[1]}.` : "");
  }

  function update() {
    const work = state.work;
    element.hidden = !work;
    if (!work || element.hidden) return;
    tasks.hidden = does.hidden = work.known.length < 3; // there is nothing but the mix
    updateTasks(work);
    focus.update(work);
    asking.update(work);
    offer.update();
    believed.hidden = !work.believed;
    say(believed, `What the bridge believes: ${work.believed}.`);
    const why = work.lock || work.rest;
    rest.hidden = isMix() || work.variants.length > 0 || !why;
    say(rest, why);
    finds.update(work);
    knobs.update(work);
  }
  return { element, update };
}

/** A request for variants of the whole mix, while none wait for a pick. */
function makeAsking() {
  const key = h("kbd");
  const element = button({ class: "tool variantsof", onclick: () => ask("variants") },
    h("span", { text: "Offer variants of the whole mix" }),
    key);

  /** @param {Work} work */
  function update(work) {
    element.hidden = work.task !== "mix" || work.variants.length > 0;
    element.disabled = !isUsable() || state.strips.length === 0;
    say(key, shown("variants"));
  }
  return { element, update };
}

/** Which track and which device on it; the list is what the DAW has. */
function makeFocus() {
  const choice = h("select", { "aria-label": "What is in focus", onchange: choose });
  const target = h("p", { class: "legend" });
  const element = h("div", { class: "focus" },
    h("label", { class: "filter" }, "On ", choice),
    target);
  let drawn = "";

  function choose() {
    const [number, device] = JSON.parse(choice.value || "[]");
    if (number) ask("focus", `#${number}`, device ?? "");
    drawn = ""; // until the bridge has confirmed it
  }

  /** @param {Work} work */
  function update(work) {
    element.hidden = isMix();
    if (element.hidden) return;
    const text = JSON.stringify([work.places, work.track, work.device, work.task, isUsable()]);
    say(target, work.target ? `Towards ${work.target}` : "");
    target.hidden = !work.target;
    if (text === drawn || document.activeElement === choice) return;
    drawn = text;
    const isOfDevices = work.device !== "" || work.task === "sound";
    const options = work.places.flatMap(({ number, track, devices }) =>
      isOfDevices
        ? devices.map((device, place) =>
          option([number, String(place + 1)], `${track}: ${device}`))
        : [option([number], track)]);
    choice.replaceChildren(h("option", { value: "", text: "Choose …" }), ...options);
    const words = isOfDevices ? `${work.track}: ${work.device}` : work.track;
    const now = options.find((each) => each.textContent === words);
    choice.value = now ? now.value : "";
    choice.disabled = !isUsable();
  }
  return { element, update };
}

/**
 * @param {(number | string)[]} value
 * @param {string} text
 */
const option = (value, text) => h("option", { value: JSON.stringify(value), text });

/** The parameters of the device in focus: those that may be moved, then the others. */
function makeKnobs() {
  const moved = h("ul", { class: "knoblist" });
  const others = h("ul", { class: "knoblist" });
  const more = h("summary");
  const rest = h("details", {}, more, others);
  const title = h("h2", { text: "Knobs" });
  const legend = h("p", {
    class: "legend",
    text:
      "The bar shows a knob's position and how far one move may go. Choose its role, and " +
      "the bridge may move it; lock it, and it stays. The bridge remembers both.",
  });
  const element = h("section", { class: "knobsof", "aria-label": "Knobs" },
    title,
    legend,
    moved,
    rest);
  /** @type {Map<number, ReturnType<typeof makeKnob>>} */
  let rows = new Map();
  let drawn = "";

  /** @param {Work} work */
  function update({ knobs, device }) {
    element.hidden = knobs.length === 0;
    if (element.hidden) return;
    say(title, `Knobs of ${device}`);
    const text = JSON.stringify(knobs.map((knob) => [knob.index, knob.name, isNamed(knob)]));
    if (text !== drawn) {
      drawn = text;
      rows = new Map(knobs.map((knob) => [knob.index, makeKnob(knob)]));
      moved.replaceChildren(...elements(knobs.filter(isNamed)));
      const left = knobs.filter((knob) => !isNamed(knob));
      others.replaceChildren(...elements(left));
      say(more, `${left.length} more that are left alone`);
      rest.hidden = left.length === 0;
    }
    for (const knob of knobs) rows.get(knob.index)?.update(knob);
  }

  /** @param {Knob[]} knobs */
  const elements = (knobs) => knobs.flatMap((knob) => rows.get(knob.index)?.element ?? []);
  return { element, update };
}

/** @param {Knob} knob */
const isNamed = (knob) => knob.role !== "" || knob.taught;

/** @param {Knob} first */
function makeKnob(first) {
  const dot = h("div", { class: "dot" });
  const bar = h("div", { class: "bar", role: "img" }, zone(), dot);
  const number = h("output", { class: "number" });
  const word = h("select", {
    "aria-label": `What ${first.name} is`,
    onchange: () => teach(word.value),
  });
  const lock = button({ class: "small lock", onclick: () => teach(isLocked ? AUTO : NEVER) },
    icon("lock"));
  const element = h("li", { class: "knob" },
    h("span", { class: "name", text: first.name }),
    bar,
    number,
    word,
    lock);
  let isLocked = false;

  /** @param {string} what */
  function teach(what) {
    ask("knob", String(first.index), what);
  }

  /** @param {Knob} knob */
  function update(knob) {
    isLocked = knob.taught && knob.role === "";
    mark(element, "data-locked", isLocked);
    css(bar, "--value", percent(knob.at ?? 0));
    css(bar, "--low", percent(knob.low ?? knob.at ?? 0));
    css(bar, "--high", percent(knob.high ?? knob.at ?? 0));
    dot.hidden = knob.at === null;
    mark(bar, "aria-label", `${knob.name} ${knob.words}`);
    say(number, knob.words);
    updateWord(knob);
    mark(lock, "aria-label", `${isLocked ? "Unlock" : "Lock"} ${knob.name}`);
    mark(lock, "aria-pressed", isLocked ? "true" : "false");
    word.disabled = lock.disabled = !isUsable();
  }

  /** @param {Knob} knob */
  function updateWord(knob) {
    const { knobs } = state.facts.schema;
    if (word.options.length === 0) {
      const options = Object.entries(knobs).map(([value, text]) => h("option", { value, text }));
      word.append(...options);
    }
    const byName = knob.role ? `${knobs[knob.role]}, by its name` : "left alone, by its name";
    const auto = [...word.options].find((each) => each.value === AUTO);
    if (auto) say(auto, knob.taught ? (knobs[AUTO] ?? AUTO) : byName);
    if (document.activeElement === word) return;
    if (isLocked) word.value = NEVER;
    else word.value = knob.taught ? knob.role : AUTO;
  }
  return { element, update };
}
