// The conversation of one pane: its messages in order, day dividers, threads, and the scroll
// position, which stays where the reader is unless the reader is at the end.

import { arrange, make } from "./dom.js";
import { dayKey, dayName } from "./dates.js";
import { drawPost } from "./post.js";
import { word } from "./words.js";

const NEAR_END_PX = 60;
const SAME_BREATH_MS = 5 * 60_000;

export class Posts {
  #desk;
  #scroll;
  #list;
  #jump;
  #drawn = new Map();
  #place = null;
  #goal = null;
  #doors;

  /**
   * `root` is the pane; the list, its scroller and the jump button are found in it. `doors` take
   * what is picked in a message.
   */
  constructor(root, desk, doors) {
    this.#desk = desk;
    this.#doors = doors;
    this.#scroll = root.querySelector(".posts-scroll");
    this.#list = root.querySelector(".posts");
    this.#jump = root.querySelector(".jump");
    this.#jump.addEventListener("click", () => this.#reveal());
    this.#scroll.addEventListener("scroll", () => {
      if (this.#atEnd()) this.#jump.hidden = true;
    });
    // A growing composer, or a shown payload, must not push the newest message out of sight.
    new ResizeObserver(() => {
      if (this.#following) this.toEnd();
    }).observe(this.#scroll);
    this.#scroll.addEventListener("scroll", () => {
      this.#following = this.#atEnd();
    });
  }

  #following = true;

  /** Shows another place, from its end. */
  open(place, options) {
    this.#place = place;
    this.#drawn.clear();
    this.draw(options);
    this.toEnd();
  }

  /**
   * Draws what has changed. `fresh` is the post that caused it: at the end of the list it is
   * followed, elsewhere a button offers to go there.
   */
  draw({ fresh = null, showPayload = false, tools = false } = {}) {
    const wasAtEnd = this.#atEnd();
    const focused = this.#focusedPost();
    const posts = this.#place ? this.#desk.postsIn(this.#place.id) : [];
    const threads = this.#desk.threadsAmong(posts);
    const wanted = [];
    let before = null;
    for (const post of posts) {
      if (threads.inside.has(post.id)) continue;
      if (!before || dayKey(before.when) !== dayKey(post.when)) {
        wanted.push(this.#divider(post));
        before = null;
      }
      const followsOn = isSameBreath(before, post);
      const replies = threads.of.get(post.id) ?? [];
      wanted.push(this.#element(post, { followsOn, replies, showPayload, tools, fresh }));
      before = post;
    }
    if (wanted.length === 0) wanted.push(make("li", { class: "empty" }, word("talk.empty")));
    arrange(this.#list, wanted);
    this.#forgetAllBut(posts);
    this.#refocus(focused);
    this.#follow(fresh, wasAtEnd);
  }

  toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#jump.hidden = true;
  }

  element(postId) {
    return this.#list.querySelector(`[data-post="${CSS.escape(postId)}"]`);
  }

  #element(post, { followsOn, replies, showPayload, tools, fresh }) {
    const look = [post.revision, followsOn, showPayload, tools, replies.length].join(" ");
    const known = this.#drawn.get(post.id);
    if (known?.look === look) return known.element;
    const element = drawPost(post, { followsOn, replies, showPayload, tools, doors: this.#doors });
    if (fresh?.id === post.id && !post.mine) element.classList.add("fresh");
    this.#drawn.set(post.id, { look, element });
    return element;
  }

  #divider(post) {
    const name = dayName(post.when, this.#desk.now);
    const key = `day ${dayKey(post.when)}`;
    const known = this.#drawn.get(key);
    if (known?.look === name) return known.element;
    const element = make("li", { class: "day" }, make("span", {}, name));
    this.#drawn.set(key, { look: name, element });
    return element;
  }

  #forgetAllBut(posts) {
    const kept = new Set(posts.map((post) => post.id));
    for (const key of this.#drawn.keys()) {
      if (!key.startsWith("day ") && !kept.has(key)) this.#drawn.delete(key);
    }
  }

  #focusedPost() {
    return this.#list.contains(document.activeElement)
      ? (document.activeElement.closest("[data-post]")?.dataset.post ?? null)
      : null;
  }

  // A clicked button may be gone after the edit: the keyboard stays on its message.
  #refocus(postId) {
    if (!postId || this.#list.contains(document.activeElement)) return;
    const element = this.element(postId);
    (element?.querySelector("button:not(:disabled)") ?? element)?.focus({ preventScroll: true });
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #follow(fresh, wasAtEnd) {
    // A card that changed, or a text that grew, is no new message.
    if (!fresh || fresh.revision > 0) {
      if (wasAtEnd) this.toEnd();
      return;
    }
    const element = this.element(fresh.id);
    const isLast = element === this.#list.lastElementChild;
    if (fresh.mine || (wasAtEnd && isLast)) {
      this.toEnd();
    } else if (element && !this.#isVisible(element)) {
      this.#goal = fresh.id;
      this.#jump.hidden = false;
      this.#jump.classList.toggle("up", !this.#isBelow(element));
    }
  }

  #isVisible(element) {
    const inner = element.getBoundingClientRect();
    const outer = this.#scroll.getBoundingClientRect();
    return inner.top < outer.bottom - 20 && inner.bottom > outer.top + 20;
  }

  #isBelow(element) {
    return element.getBoundingClientRect().top > this.#scroll.getBoundingClientRect().top;
  }

  #reveal() {
    this.#jump.hidden = true;
    const element = this.#goal && this.element(this.#goal);
    if (!element) {
      this.toEnd();
      return;
    }
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }
}

function isSameBreath(before, post) {
  return (
    before !== null &&
    before.author.name === post.author.name &&
    before.author.bot === post.author.bot &&
    before.ephemeral === post.ephemeral &&
    // A card begins something new, even when it comes at once.
    !post.html.includes('class="sl-header"') &&
    post.when - before.when < SAME_BREATH_MS
  );
}
