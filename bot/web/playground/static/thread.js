// A thread beside its conversation: the first message, its replies, and a field of its own.

import { arrange, icon, make } from "./dom.js";
import { Composer } from "./composer.js";
import { drawPost } from "./post.js";
import { bareName } from "./places.js";
import { word } from "./words.js";

export class Thread {
  #desk;
  #panel;
  #list;
  #name;
  #composer;
  #place = null;
  #root = null;
  #doors;
  #opener = null;

  /** `say(place, thread, line)` answers in the thread; true when it went through. */
  constructor(talk, desk, { say, doors }) {
    this.#desk = desk;
    this.#doors = doors;
    this.#name = make("small", {});
    this.#list = make("ol", { class: "thread-posts", role: "log", "aria-label": word("thread.title") });
    const close = make("button", { type: "button", class: "quiet", "aria-label": word("thread.close") }, icon("close"));
    close.addEventListener("click", () => this.close());
    this.#panel = make(
      "aside",
      { class: "thread-panel", hidden: true, "aria-label": word("thread.title") },
      make("header", {}, make("h3", {}, word("thread.title"), this.#name), close),
      make("div", { class: "thread-scroll" }, this.#list),
      drawField(),
    );
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
    this.#composer = new Composer(this.#panel, {
      say: (line) => say(this.#place, this.#root, line),
      give: () => {},
    });
    talk.append(this.#panel);
  }

  get element() {
    return this.#panel;
  }

  /** Opens the thread of a message; `opener` gets the focus back. */
  open(place, postId, opener) {
    this.#place = place;
    const post = this.#desk.post(postId);
    this.#root = (post.thread && this.#desk.byTs(place.id, post.thread)?.id) || postId;
    this.#opener = opener;
    this.#panel.hidden = false;
    this.#name.textContent = bareName(place);
    this.#composer.open({ ...place, id: `${place.id} ${this.#root}`, hint: word("thread.hint") });
    this.draw({});
    this.#composer.focus();
  }

  close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#root = null;
    this.#opener?.focus();
  }

  draw({ showPayload = false, tools = false }) {
    if (this.#panel.hidden) return;
    const scroll = this.#list.parentElement;
    const first = this.#desk.post(this.#root);
    if (!first) {
      this.close();
      return;
    }
    const replies = this.#desk.threadsAmong(this.#desk.postsIn(this.#place.id)).of.get(this.#root) ?? [];
    const look = { followsOn: false, replies: [], showPayload, tools, doors: this.#doors };
    const rule = make("li", { class: "thread-count" }, make("span", {}, countOf(replies.length)));
    arrange(this.#list, [drawPost(first, look), ...(replies.length > 0 ? [rule] : []), ...replies.map((post) => drawPost(post, look))]);
    scroll.scrollTop = scroll.scrollHeight;
  }
}

function countOf(count) {
  return count === 1 ? word("talk.reply") : word("talk.replies", { count });
}

function drawField() {
  const field = make("textarea", { rows: 1, name: "line", autocomplete: "off", spellcheck: "false", "aria-label": word("thread.hint") });
  const send = make("button", { type: "submit", class: "send", disabled: true, "aria-label": word("thread.send") }, icon("send"));
  return make(
    "form",
    { class: "composer", novalidate: true },
    field,
    make("div", { class: "composer-bar" }, make("span", { class: "composer-hint" }), send),
  );
}
