// Runs before the first paint, so that a chosen theme never flashes the other one.
// A classic script on purpose: modules wait for the document.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("renewals.theme");
  } catch {
    // Storage is switched off: the system's choice holds.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
