// The first screen: what this is, and three things to try.

import { make } from "./dom.js";
import { word } from "./words.js";

const HIDDEN_KEY = "renewals.welcome.hidden";

/** `fill(place, line)` puts a line into the field of its place. Answers how to draw the tries. */
export function welcome(fill) {
  const box = document.getElementById("welcome");
  const list = box.querySelector(".tries");
  const help = document.querySelector(".help-switch");

  function show(is) {
    box.hidden = !is;
    help.setAttribute("aria-expanded", String(is));
  }

  function remember(is) {
    try {
      if (is) localStorage.removeItem(HIDDEN_KEY);
      else localStorage.setItem(HIDDEN_KEY, "1");
    } catch {
      // Storage is switched off: it shows again next time.
    }
  }

  function choose(is) {
    show(is);
    remember(is);
  }

  box.querySelector(".welcome-close").addEventListener("click", () => {
    choose(false);
    help.focus();
  });
  help.addEventListener("click", () => choose(box.hidden));
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) fill(button.dataset.place, button.dataset.line);
  });

  let hidden = false;
  try {
    hidden = localStorage.getItem(HIDDEN_KEY) === "1";
  } catch {
    // Storage is switched off: shown.
  }
  show(!hidden);

  return function draw(tries, placeOf) {
    list.replaceChildren(...tries.map((one) => make("li", {}, drawTry(one, placeOf(one.place)))));
  };
}

function drawTry({ label, line, place }, target) {
  const button = make(
    "button",
    { type: "button" },
    make("span", { class: "try-label" }, label),
    make("code", {}, line),
    target ? make("small", { class: `on-${target.platform}` }, word(`try.${target.platform}`)) : null,
  );
  button.dataset.line = line;
  button.dataset.place = place;
  return button;
}
