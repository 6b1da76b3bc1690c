// Files dragged onto a conversation.

import { word } from "./words.js";

/** Shows a veil over `talk` while a file hangs over it; `give(files)` gets what is dropped. */
export function watchDrops(talk, placeOf, give) {
  const veil = talk.querySelector(".drop");
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;

  function leave() {
    depth = 0;
    veil.hidden = true;
  }

  talk.addEventListener("dragenter", (event) => {
    const place = placeOf();
    if (!carriesFile(event) || !place) return;
    event.preventDefault();
    // Every child that is entered counts up, every one that is left counts down.
    depth += 1;
    const key = place.ability.file ? "file.drop" : "file.refused";
    veil.firstElementChild.textContent = word(key, { place: place.name });
    veil.classList.toggle("refused", !place.ability.file);
    veil.hidden = false;
  });
  talk.addEventListener("dragleave", () => {
    depth -= 1;
    if (depth <= 0) leave();
  });
  talk.addEventListener("drop", (event) => {
    leave();
    if (carriesFile(event) && event.dataTransfer.files.length > 0) give([...event.dataTransfer.files]);
  });
}

/** A file dropped beside a conversation must not make the browser leave the page. */
export function ignoreStrayDrops() {
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => event.preventDefault());
  }
}
