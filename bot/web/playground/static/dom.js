// Building elements. Text always goes in as text; only `safeHtml` takes markup, and only markup
// that our own server drew and escaped.

/** An element with attributes (`class`, `data-…`, `aria-…`; true/false toggles) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element holding markup that the server drew. */
export function safeHtml(tag, attributes, html) {
  const element = make(tag, attributes);
  element.innerHTML = html;
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing from the page's sprite, invisible to screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Makes the children of `list` exactly `wanted`, moving only what is out of place: focus stays. */
export function arrange(list, wanted) {
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  while (list.children.length > wanted.length) list.lastElementChild.remove();
}

const TONES = 8;

/** A person's picture: two letters, or the end of a Chinese name, on a colour that stays theirs. */
export function avatar(name, { bot = false, small = false } = {}) {
  const size = small ? " small" : "";
  if (bot) return make("span", { class: `avatar bot${size}`, "aria-hidden": "true" }, icon("mark"));
  const tone = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7) % TONES;
  return make("span", { class: `avatar tone-${tone}${size}`, "aria-hidden": "true" }, initials(name));
}

function initials(name) {
  const chinese = name.match(/\p{Script=Han}/gu);
  if (chinese) return chinese.slice(-2).join("");
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1 ? parts[0].charAt(0) + parts.at(-1).charAt(0) : name.slice(0, 2);
  return letters.toUpperCase();
}

/** Up, Down, Left, Right, Home and End move the focus; one stop for the Tab key. */
export function rove(container, selector) {
  container.addEventListener("keydown", (event) => {
    const stops = [...container.querySelectorAll(selector)];
    const here = stops.indexOf(document.activeElement);
    if (here < 0) return;
    const to = {
      ArrowDown: here + 1,
      ArrowRight: here + 1,
      ArrowUp: here - 1,
      ArrowLeft: here - 1,
      Home: 0,
      End: stops.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = stops[(to + stops.length) % stops.length];
    for (const stop of stops) stop.tabIndex = stop === next ? 0 : -1;
    next.focus();
  });
}

/** Shows a count on a badge, or hides it at zero. */
export function setBadge(badge, count) {
  badge.hidden = count === 0;
  badge.textContent = count > 99 ? "99+" : String(count);
}
