// WeCom's selection cards: the server draws their questions as a list and describes them on the
// submit button; here the list becomes the menus that the real client shows in the card.

import { make } from "./dom.js";
import { drawFields } from "./fields.js";

const fieldsByButton = new WeakMap();

/** Turns the questions of every selection card in `body` into menus. */
export function enliven(body) {
  for (const list of body.querySelectorAll(".wx-card > .wx-selects")) {
    const button = list.parentElement.querySelector("button[data-form]");
    if (!button) continue;
    const form = JSON.parse(button.dataset.form);
    const host = make("div", { class: "wx-selects" });
    const fields = drawFields(host, form, []);
    list.replaceWith(host);
    delete button.dataset.form;
    fieldsByButton.set(button, fields);
  }
}

/** The menus that a card's button hands in, or undefined for any other button. */
export function fieldsOf(button) {
  return fieldsByButton.get(button);
}
