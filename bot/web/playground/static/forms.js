// Questions: Slack's modal, and the confirmation before a button acts.

import { avatar, icon, make } from "./dom.js";
import { drawFields } from "./fields.js";
import { Refusal } from "./server.js";
import { word } from "./words.js";

/**
 * Opens a form as a modal. `send(values)` hands it in: while it fails with a Refusal the modal
 * stays open and says why.
 */
export function openModal(form, persons, send) {
  const title = `modal-title-${form.title.length}-${Date.now()}`;
  const close = make("button", { type: "button", class: "quiet", "aria-label": word("form.close") }, icon("close"));
  const cancel = make("button", { type: "button", class: "modal-no" }, form.cancel);
  const go = make("button", { type: "submit", class: "modal-yes" }, form.submit);
  const fault = make("p", { class: "form-fault", role: "alert", hidden: true });
  const body = make("div", { class: "modal-body" });
  if (form.intro) body.append(make("p", { class: "form-intro" }, form.intro));
  const fields = drawFields(body, form, persons);
  body.append(fault);
  const dialog = make(
    "dialog",
    { class: "modal slack", "aria-labelledby": title },
    make(
      "form",
      { novalidate: true },
      make("header", {}, avatar("", { bot: true, small: true }), make("h2", { id: title }, form.title), close),
      body,
      make("footer", {}, cancel, go),
    ),
  );
  handIn(dialog.querySelector("form"), { fields, fault, go, send }, () => dialog.close());
  for (const button of [close, cancel]) button.addEventListener("click", () => dialog.close());
  show(dialog);
  fields.focus();
}

function handIn(form, { fields, fault, go, send }, done) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled || !fields.check()) return;
    go.disabled = true;
    fault.hidden = true;
    try {
      await send(fields.values());
      done();
    } catch (refusal) {
      fault.textContent = refusal instanceof Refusal ? refusal.message : word("error.unexpected");
      fault.hidden = false;
      if (!(refusal instanceof Refusal)) console.error(refusal);
    } finally {
      go.disabled = false;
    }
  });
}

/** Asks before a button acts; true when the person said yes. */
export function confirmFirst({ title, text, yes, no }, danger) {
  return new Promise((resolve) => {
    const agree = make("button", { type: "button", class: danger ? "modal-yes danger" : "modal-yes" }, yes);
    const refuse = make("button", { type: "button", class: "modal-no" }, no);
    const dialog = make(
      "dialog",
      { class: "modal confirm slack", role: "alertdialog", "aria-label": title },
      make("h2", {}, title),
      make("p", {}, text),
      make("footer", {}, refuse, agree),
    );
    let answer = false;
    agree.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    refuse.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => resolve(answer));
    show(dialog);
    agree.focus();
  });
}

function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  // Only a press that starts on the backdrop closes: dragging a selection out of a field must not.
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}
