// What only Slack's client has: threads, the Home tab, reactions, message and global shortcuts.

import { Home } from "./home.js";
import { icon, make } from "./dom.js";
import { menu } from "./menu.js";
import * as server from "./server.js";
import { Thread } from "./thread.js";
import { showFailure } from "./toasts.js";
import { word } from "./words.js";

const PIN = "pushpin";

export class SlackSide {
  #desk;
  #place = null;
  #thread;
  #home;
  #composer;

  /** `pressed(event)` presses a message's button, `take(posts)` hangs up what came of it. */
  constructor(root, desk, { composer, pressed, take }) {
    this.#desk = desk;
    this.#composer = composer;
    const talk = root.querySelector(".talk");
    const say = async (place, thread, line) => {
      try {
        take((await server.reply(desk.person, place.id, thread, line)).posts);
        return true;
      } catch (fault) {
        showFailure(fault);
        return false;
      }
    };
    this.doors = {
      act: (post, where, state) =>
        this.#asking(() => server.act(desk.person, { place: post.place, post: post.id }, where, state)),
      seek: async (post, where, text) =>
        (await server.seek(desk.person, { place: post.place, post: post.id }, where, text)).options,
    };
    this.#thread = new Thread(talk, desk, { say, doors: this.doors });
    this.#home = new Home(talk, desk);
    for (const list of [root.querySelector(".posts"), this.#thread.element]) {
      list.addEventListener("click", (event) => this.#tool(event));
    }
    this.#thread.element.addEventListener("click", pressed);
    this.#addShortcuts(root);
  }

  open(place) {
    if (place.id !== this.#place?.id) this.#thread.close();
    this.#place = place;
    this.#home.open(place);
    this.button.hidden = !this.#desk.slack;
  }

  draw(look) {
    this.#thread.draw(look);
    this.#home.draw(look);
  }

  #tool(event) {
    const button = event.target.closest("[data-tool], [data-emoji]");
    const post = this.#desk.post(button?.closest("[data-post]")?.dataset.post);
    if (!button || !post) return;
    if (button.dataset.emoji) this.#react(post, button.dataset.emoji);
    else if (button.dataset.tool === "pin") this.#react(post, PIN);
    else if (button.dataset.tool === "thread") this.#thread.open(this.#place, post.id, button);
    else menu(button, this.#onMessage(post));
  }

  #react(post, emoji) {
    this.#asking(() => server.react(this.#desk.person, post.place, post.id, emoji));
  }

  #onMessage(post) {
    const filed = this.#desk.slack.shortcuts.message.map(({ id, name }) => ({
      label: name,
      note: this.#desk.slack.app,
      act: () => this.#asking(() => server.shortcut(this.#desk.person, id, post.place, post.id)),
    }));
    const answer = { label: word("thread.reply"), act: () => this.#thread.open(this.#place, post.id, null) };
    return [answer, { heading: word("menu.shortcuts") }, ...filed];
  }

  #addShortcuts(root) {
    const label = word("menu.shortcuts");
    this.button = make("button", { type: "button", class: "quiet shortcuts", title: label, "aria-label": label, "aria-haspopup": "menu", hidden: true }, icon("bolt"));
    root.querySelector(".composer-bar").prepend(this.button);
    this.button.addEventListener("click", () => {
      const { command, app, shortcuts } = this.#desk.slack;
      const globals = shortcuts.global.map(({ id, name }) => ({
        label: name,
        act: () => this.#asking(() => server.shortcut(this.#desk.person, id)),
      }));
      const typed = { label: command, note: word("menu.command"), act: () => this.#composer().fill(`${command} `) };
      menu(this.button, [{ heading: app }, ...globals, typed]);
    });
  }

  async #asking(ask) {
    try {
      await ask();
    } catch (fault) {
      showFailure(fault);
    }
  }
}
