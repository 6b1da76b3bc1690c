// Slack's modals: what the app opened, pushed and updated for this person, the last one on top.

import { avatar, icon, make, safeHtml } from "./dom.js";
import { enlivenBlocks } from "./blockkit.js";
import { payloadPanel } from "./payload.js";
import { pressedIn } from "./pressing.js";
import * as server from "./server.js";
import { showFailure } from "./toasts.js";
import { word } from "./words.js";

export class Views {
  #desk;
  #dialog = null;
  #view = null;
  #blocks = null;
  #depth = 0;
  #showPayload;

  constructor(desk, showPayload) {
    this.#desk = desk;
    this.#showPayload = showPayload;
  }

  /** Shows the top of the stack; the same view again keeps what is typed in it. */
  draw(stack) {
    const top = stack.at(-1) ?? null;
    this.#depth = stack.length;
    if (!top) {
      this.#leave();
      return;
    }
    const same = this.#view?.id === top.id;
    if (same && this.#view.hash === top.hash) return;
    const kept = same ? this.#blocks.state() : {};
    const wasAt = same ? this.#focused() : null;
    this.#view = top;
    this.#frame();
    this.#blocks.take(kept);
    if (wasAt) this.#dialog.querySelector(wasAt)?.focus();
    else this.#blocks.focus();
  }

  #focused() {
    const at = document.activeElement?.closest("[data-block][data-action]");
    if (!at || !this.#dialog?.contains(at)) return null;
    const { block, action } = at.dataset;
    const here = `[data-block="${CSS.escape(block)}"][data-action="${CSS.escape(action)}"]`;
    return `${here}:is(input, textarea, button), ${here} input`;
  }

  #leave() {
    this.#view = null;
    this.#dialog?.close();
    this.#dialog = null;
  }

  #frame() {
    if (!this.#dialog) this.#open();
    const view = this.#view;
    const heading = make("h2", { id: "view-title" }, view.title);
    const away = make("button", { type: "button", class: "quiet", "aria-label": word("form.close") }, icon("close"));
    away.addEventListener("click", () => this.#close(true));
    const body = safeHtml("div", { class: "modal-body sl-view" }, view.html);
    if (view.submit === "" && !body.querySelector("input, button, .sl-control")) body.classList.add("still");
    const fault = make("p", { class: "form-fault", role: "alert", hidden: true });
    const no = make("button", { type: "button", class: "modal-no" }, view.close || word(view.submit ? "view.cancel" : "form.close"));
    no.addEventListener("click", () => this.#close(false));
    const go = view.submit
      ? make("button", { type: "submit", class: "modal-yes" }, make("span", {}, view.submit))
      : null;
    const form = make(
      "form",
      { novalidate: true },
      make("header", {}, this.#depth > 1 ? this.#backArrow() : avatar("", { bot: true, small: true }), heading, away),
      body,
      make("footer", {}, no, go),
    );
    body.append(fault);
    if (this.#showPayload()) body.append(payloadPanel({ payload: view.payload, platform: "slack" }));
    this.#blocks = enlivenBlocks(body, {
      act: (where, state) => this.#act(view.id, where, state),
      seek: async (where, text) =>
        (await server.seek(this.#desk.person, { view: view.id }, where, text)).options,
    });
    pressedIn(body, (where, state) => this.#act(view.id, where, state));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(view, go, fault);
    });
    this.#dialog.replaceChildren(form);
  }

  #backArrow() {
    const back = make("button", { type: "button", class: "quiet", "aria-label": word("view.back") }, icon("back"));
    back.addEventListener("click", () => this.#close(false));
    return back;
  }

  #open() {
    this.#dialog = make("dialog", { class: "modal slack view", "aria-labelledby": "view-title" });
    const dialog = this.#dialog;
    document.body.append(dialog);
    dialog.addEventListener("cancel", (event) => {
      // Escape: the app is told, and says what is there then.
      event.preventDefault();
      this.#close(false);
    });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }

  async #act(view, where, state) {
    try {
      await server.act(this.#desk.person, { view }, where, state);
    } catch (fault) {
      showFailure(fault);
    }
  }

  async #submit(view, go, fault) {
    if (!go || go.getAttribute("aria-busy") === "true" || !this.#blocks.check()) return;
    go.setAttribute("aria-busy", "true");
    fault.hidden = true;
    const blocks = this.#blocks;
    try {
      const answer = await server.submitView(this.#desk.person, view.id, blocks.state());
      if (answer.errors && !blocks.blame(answer.errors)) {
        fault.textContent = Object.values(answer.errors).join(" ");
        fault.hidden = false;
      }
    } catch (refusal) {
      fault.textContent = refusal instanceof server.Refusal ? refusal.message : word("view.trouble");
      fault.hidden = false;
      if (!(refusal instanceof server.Refusal)) console.error(refusal);
    } finally {
      go.removeAttribute("aria-busy");
    }
  }

  async #close(all) {
    const view = this.#view;
    if (!view) return;
    if (all || this.#depth <= 1) this.#leave();
    try {
      await server.closeView(this.#desk.person, view.id, all);
    } catch (fault) {
      showFailure(fault);
    }
  }
}
