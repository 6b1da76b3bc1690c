// The app's Home tab beside the conversation with it.

import { make, rove, safeHtml } from "./dom.js";
import { enlivenBlocks } from "./blockkit.js";
import { payloadPanel } from "./payload.js";
import { pressedIn } from "./pressing.js";
import * as server from "./server.js";
import { showFailure } from "./toasts.js";
import { word } from "./words.js";

export class Home {
  #desk;
  #talk;
  #tabs;
  #body;
  #drawn = null;
  #on = false;

  constructor(talk, desk) {
    this.#desk = desk;
    this.#talk = talk;
    this.#tabs = make("div", { class: "app-tabs", role: "tablist", hidden: true }, tab("home", word("home.home")), tab("messages", word("home.messages")));
    this.#body = make("div", { class: "home-scroll", role: "tabpanel", tabindex: 0, "aria-label": word("home.home"), hidden: true });
    talk.querySelector(".talk-head").after(this.#tabs, this.#body);
    rove(this.#tabs, "button");
    this.#tabs.addEventListener("click", (event) => {
      const name = event.target.closest("button")?.dataset.tab;
      if (name) this.show(name === "home");
    });
  }

  /** Serves another place: only the conversation with the app has these tabs. */
  open(place) {
    this.#tabs.hidden = !this.#desk.slack || place.kind !== "dm";
    if (this.#tabs.hidden || !this.#on) this.#turn(false);
    else this.show(true);
  }

  /** Turns to the Home tab or to the messages. */
  show(home) {
    this.#turn(home);
    if (!home) return;
    this.draw({});
    // The app learns that somebody looks, and publishes what is true now.
    server.openHome(this.#desk.person).catch(showFailure);
  }

  #turn(home) {
    this.#on = home || (this.#on && this.#tabs.hidden);
    this.#body.hidden = !home;
    this.#talk.classList.toggle("at-home", home);
    for (const button of this.#tabs.children) {
      const chosen = (button.dataset.tab === "home") === home;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
  }

  draw({ showPayload = false }) {
    if (this.#body.hidden) return;
    const view = this.#desk.window.home;
    const look = view ? `${view.id} ${view.hash} ${showPayload}` : "";
    if (this.#drawn?.look === look && this.#drawn.view === view) return;
    this.#drawn = { look, view };
    if (!view) {
      this.#body.replaceChildren(make("p", { class: "empty" }, word("home.empty")));
      return;
    }
    const inner = safeHtml("div", { class: "home-body sl-view" }, view.html);
    const act = async (where, state) => {
      try {
        await server.act(this.#desk.person, { home: true }, where, state);
      } catch (fault) {
        showFailure(fault);
      }
    };
    enlivenBlocks(inner, {
      act,
      seek: async (where, text) =>
        (await server.seek(this.#desk.person, { home: true }, where, text)).options,
    });
    pressedIn(inner, act);
    const at = this.#body.scrollTop;
    this.#body.replaceChildren(inner, ...(showPayload ? [payloadPanel({ payload: view.payload, platform: "slack" })] : []));
    this.#body.scrollTop = at;
  }
}

function tab(name, label) {
  const button = make("button", { type: "button", role: "tab" }, label);
  button.dataset.tab = name;
  return button;
}
