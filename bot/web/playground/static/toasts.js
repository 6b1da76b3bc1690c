// Short notices at the bottom of the page. Errors interrupt a screen reader, the rest waits.

import { icon, make } from "./dom.js";
import { Refusal } from "./server.js";
import { word } from "./words.js";

const SHOWN_MS = 7_000;
const region = document.querySelector(".toasts");

export function toast(text, { bad = false } = {}) {
  // The same sentence twice is one notice that stays longer.
  for (const old of region.children) if (old.dataset.text === text) old.remove();
  const close = make("button", { type: "button", "aria-label": word("toast.close") }, icon("close"));
  const note = make("div", { class: bad ? "toast bad" : "toast", role: bad ? "alert" : "status" });
  note.dataset.text = text;
  note.append(make("p", {}, text), close);
  region.append(note);

  let timer = null;
  const leave = () => note.remove();
  const start = () => {
    timer = setTimeout(leave, SHOWN_MS);
  };
  const hold = () => clearTimeout(timer);
  close.addEventListener("click", leave);
  note.addEventListener("pointerenter", hold);
  note.addEventListener("pointerleave", start);
  note.addEventListener("focusin", hold);
  note.addEventListener("focusout", start);
  start();
}

/** Shows why something failed: our own refusals in their words, bugs also in the console. */
export function showFailure(fault) {
  const ours = fault instanceof Refusal;
  if (!ours) console.error(fault);
  toast(ours ? fault.message : word("error.unexpected"), { bad: true });
}

const live = document.getElementById("live");
const SPOKEN_MS = 10_000;

/** Says something to screen readers only; several sentences at once are all said. */
export function announce(text) {
  const line = make("p", {}, text);
  live.append(line);
  setTimeout(() => line.remove(), SPOKEN_MS);
}
