// Elements without a library: nothing here ever parses a string as HTML.

/** @typedef {Node | string | null | undefined} Child */
/** @typedef {Record<string, any>} Props */

/**
 * An element with properties and children; `on*` are listeners, null and undefined are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} props
 * @param {...(Child | Child[])} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/**
 * A button that submits nothing.
 *
 * @param {Props} props
 * @param {...(Child | Child[])} children
 */
export function button(props, ...children) {
  return h("button", { type: "button", ...props }, ...children);
}

/**
 * Set a text only where it has changed, so that screen readers and selections are left alone.
 *
 * @param {Node} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Set an attribute, or take it away where the value is false.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function mark(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/**
 * Set a property of an element's style, only where it has changed.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string} text
 */
export function css(element, name, text) {
  const { style } = /** @type {HTMLElement} */ (element);
  if (style.getPropertyValue(name) !== text) style.setProperty(name, text);
}

/**
 * A share as CSS has it.
 *
 * @param {number} share
 */
export const percent = (share) => `${(100 * share).toFixed(1)}%`;

/**
 * The element that index.html has by this id.
 *
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element;
}

/**
 * An element of a drawing, with attributes and children.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} attributes
 * @param {...Element} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @type {Record<string, string>} */
const PATHS = {
  start: "M4 4h10v2H6v12h8v2H4zM12 8l6 4-6 4v-3H8v-2h4z",
  good:
    "M7 11v9H4v-9h3zm2 9V11l4-8c1.6 0 2.6 1.2 2.3 2.7L14.6 9H19c1.4 0 2.3 1.2 2 2.5l-1.5 6.7" +
    "c-.3 1.1-1.2 1.8-2.3 1.8H9z",
  bad:
    "M17 13V4h3v9h-3zm-2-9v9l-4 8c-1.6 0-2.6-1.2-2.3-2.7l.7-3.3H5c-1.4 0-2.3-1.2-2-2.5l1.5-6.7" +
    "C4.800 4.700 5.700 4 6.800 4H15z",
  undo: "M9 5L4 10l5 5v-3.500h5a3.500 3.500 0 0 1 0 7h-3v2.500h3a6 6 0 0 0 0-12H9V5z",
  compare: "M11 4v16h2V4h-2zM4 9l5-3v12l-5-3V9zm16 0v6l-5 3V6l5 3z",
  freeze:
    "M11 3h2v4l2.500-1.500 1 1.700L13 9.300V11h1.700l2-3.500 1.700 1L16.900 11H21v2h-4.100" +
    "l1.500 2.500-1.700 1-2-3.500H13v1.700l3.500 2-1 1.800L13 16.900V21h-2v-4.100" +
    "l-2.500 1.600-1-1.800 3.500-2V13H9.300l-2 3.500-1.700-1L7.100 13H3v-2h4.100" +
    "L5.600 8.500l1.700-1 2 3.500H11V9.300l-3.500-2 1-1.800L11 7V3z",
  panic: "M12 2L1 21h22L12 2zm1 15h-2v2h2v-2zm0-7h-2v5h2v-5z",
  play: "M7 4v16l13-8L7 4z",
  stop: "M6 6h12v12H6z",
  lock: "M7 10V7a5 5 0 0 1 10 0v3h1v11H6V10h1zm2 0h6V7a3 3 0 0 0-6 0v3z",
  yes: "M9 16.200L4.800 12l-1.400 1.400L9 19 21 7l-1.400-1.400L9 16.200z",
  no:
    "M18.300 5.700L12 12l6.300 6.300-1.400 1.400L10.600 13.400 4.300 19.700l-1.400-1.400L9.200 12" +
    " 2.900 5.700l1.400-1.400 6.300 6.300 6.300-6.300z",
  remote: "M7 2h10v20H7zM9 5v11h6V5zm2 13h2v2h-2z",
  desk: "M5 3h2v18H5zM11 3h2v18h-2zM17 3h2v18h-2zM3 8h6v4H3zM9 13h6v4H9zM15 6h6v4h-6z",
  suggestions: "M12 2a7 7 0 0 0-4 12.700V18h8v-3.300A7 7 0 0 0 12 2zM9 20h6v2H9z",
  history: "M12 4a8 8 0 1 0 8 8h-2a6 6 0 1 1-6-6v3l4-4-4-4v3zm-1 4v5l4 2 .8-1.600L13 12V8h-2z",
  learning: "M3 20h18v-2H3zM5 16l4-5 4 3 6-8-1.600-1.200-4.800 6.500-4-3L3.400 14.800z",
  doctor: "M10 3h4v5h5v4h-5v9h-4v-9H5V8h5z",
};

/**
 * A drawing beside a word; it says nothing by itself.
 *
 * @param {string} name
 */
export function icon(name) {
  const attributes = { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" };
  return svg("svg", { class: "icon", ...attributes }, svg("path", { d: PATHS[name] }));
}

/**
 * The key of an event, or nothing where a pointer made it.
 *
 * @param {Event} event
 */
const keyOf = (event) => (event instanceof KeyboardEvent ? event.key : "");

/**
 * Whether an event is a press of a button: by a pointer, the space bar or Enter.
 *
 * @param {Event} event
 */
const isPress = (event) => ["", " ", "Enter"].includes(keyOf(event));

/**
 * A button that must be held for `ms`: for a shorter press `tooShort` is called. Works by key too.
 *
 * @param {Props} props
 * @param {number} ms
 * @param {() => void} done
 * @param {() => void} tooShort
 * @param {...Child} children
 */
export function holdButton(props, ms, done, tooShort, ...children) {
  const element = button({ ...props, class: `hold ${props.class ?? ""}` }, ...children);
  let timer = 0;
  /** @param {Event} event */
  const begin = (event) => {
    if (timer || element.disabled || !isPress(event)) return;
    if (keyOf(event)) event.preventDefault();
    element.classList.add("held");
    timer = setTimeout(() => {
      end();
      done();
    }, ms);
  };
  const end = () => {
    clearTimeout(timer);
    timer = 0;
    element.classList.remove("held");
  };
  const letGo = () => {
    if (timer) tooShort();
    end();
  };
  for (const name of ["pointerdown", "keydown"]) element.addEventListener(name, begin);
  for (const name of ["pointerup", "keyup"]) element.addEventListener(name, letGo);
  for (const name of ["pointerleave", "pointercancel", "blur"]) element.addEventListener(name, end);
  return element;
}

/**
 * A button that does something for as long as it is down.
 *
 * @param {Props} props
 * @param {() => void} down
 * @param {() => void} up
 * @param {...Child} children
 */
export function whileButton(props, down, up, ...children) {
  const element = button(props, ...children);
  let isDown = false;
  /** @param {Event} event */
  const begin = (event) => {
    if (isDown || element.disabled || !isPress(event)) return;
    if (event instanceof PointerEvent) element.setPointerCapture(event.pointerId);
    else event.preventDefault();
    isDown = true;
    down();
  };
  const end = () => {
    if (!isDown) return;
    isDown = false;
    up();
  };
  for (const name of ["pointerdown", "keydown"]) element.addEventListener(name, begin);
  for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) {
    element.addEventListener(name, end);
  }
  return element;
}
