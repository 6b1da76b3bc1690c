// The bar on top: who one is, the book's clock, language, theme, payloads.

import { avatar, make, rove } from "./dom.js";
import { clockFace } from "./dates.js";
import { roleName } from "./fields.js";
import { word } from "./words.js";

const REDRAW_MS = 5_000;

/** The row of people; `choose(id)` is called for another one. */
export function people(choose) {
  const row = document.querySelector(".people");
  rove(row, "button");
  row.addEventListener("click", (event) => {
    const id = event.target.closest("button")?.dataset.person;
    if (id) choose(id);
  });
  return function draw(persons, current) {
    const focused = row.contains(document.activeElement);
    row.replaceChildren(...persons.map((person) => drawPerson(person, person.id === current)));
    const chosen = row.querySelector('[aria-pressed="true"]');
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focused) chosen?.focus();
  };
}

function drawPerson(person, isCurrent) {
  const role = [roleName(person.role), person.team].filter(Boolean).join(" · ");
  const title = word("people.you", { name: person.name, role });
  const button = make(
    "button",
    { type: "button", title, "aria-label": title, tabindex: isCurrent ? 0 : -1 },
    avatar(person.name),
    make("span", { class: "person" }, make("b", {}, person.name), make("small", {}, role)),
  );
  button.setAttribute("aria-pressed", String(isCurrent));
  button.dataset.person = person.id;
  return button;
}

/** The clock's face and its buttons; `move(step)` answers when the clock has moved. */
export function clock(desk, move) {
  const face = document.querySelector(".clock-face");
  const steps = document.querySelector(".clock-steps");
  steps.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button || steps.hasAttribute("data-busy")) return;
    steps.toggleAttribute("data-busy", true);
    button.setAttribute("aria-busy", "true");
    await move(button.dataset.step);
    steps.toggleAttribute("data-busy", false);
    button.removeAttribute("aria-busy");
  });
  function draw() {
    const now = desk.now;
    const { day, time } = clockFace(now);
    face.dateTime = now.toISOString();
    face.replaceChildren(make("span", {}, day), " ", make("b", {}, time));
    return `${day} ${time}`;
  }
  setInterval(draw, REDRAW_MS);
  return {
    draw,
    movable(is) {
      steps.hidden = !is;
    },
  };
}

/** Light and dark: the button turns what is seen now into the other and remembers it. */
export function theme() {
  document.querySelector(".theme-switch").addEventListener("click", () => {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("renewals.theme", root.dataset.theme);
    } catch {
      // Storage is switched off: the choice lasts until the page is left.
    }
  });
}

/** EN and 中文; `choose(locale)` for the one that is not on. */
export function languages(choose) {
  document.querySelector(".languages").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.getAttribute("aria-pressed") === "false") choose(button.dataset.locale);
  });
}

/** A button that stays pressed. */
export function toggle(selector, changed) {
  const button = document.querySelector(selector);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    changed(on);
  });
}
