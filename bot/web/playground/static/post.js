// One message as its platform shows it.

import { enlivenBlocks } from "./blockkit.js";
import { avatar, icon, make, safeHtml } from "./dom.js";
import { timeOfDay } from "./dates.js";
import { payloadPanel } from "./payload.js";
import { enliven } from "./selects.js";
import { word } from "./words.js";

/**
 * Draws a post. `followsOn` says that the same author wrote just before (Slack then leaves the
 * picture out), `replies` are the posts of its thread, `showPayload` adds the JSON, `doors` make
 * what can be picked in it work; `tools` adds what one can do with a message of Slack.
 */
export function drawPost(post, { followsOn, replies, showPayload, doors, tools }) {
  const slack = post.platform === "slack";
  const kinds = ["post", post.mine ? "mine" : "theirs"];
  if (post.author.bot) kinds.push("from-bot");
  if (followsOn) kinds.push("follows");
  if (slack && post.ephemeral) kinds.push("ephemeral");
  const item = make("li", { class: kinds.join(" "), tabindex: -1 });
  item.dataset.post = post.id;

  const time = make("time", { datetime: post.at }, timeOfDay(post.when, post.platform));
  const main = make("div", { class: "post-main" });
  if (slack && post.ephemeral) {
    main.append(make("p", { class: "only-you" }, icon("eye"), word("talk.only_you")));
  }
  const body = safeHtml("div", { class: "post-body" }, post.html);
  if (slack) enlivenBlocks(body, doorsOf(post, doors));
  else enliven(body);
  main.append(
    make(
      "p",
      { class: "post-head" },
      make("b", { class: "post-author" }, post.author.name),
      post.author.bot ? make("span", { class: "app-tag" }, word(slack ? "talk.app" : "talk.robot")) : null,
      time,
    ),
    body,
  );
  if (post.edited) {
    main.append(make("p", { class: "edited" }, word(slack ? "talk.edited" : "talk.updated")));
  }
  if (showPayload && post.payload) main.append(payloadPanel(post));
  if (post.reactions?.length > 0) main.append(reactions(post.reactions));
  if (replies.length > 0) main.append(threadBar(replies));
  item.append(avatar(post.author.name, { bot: post.author.bot }), main);
  if (tools && !post.ephemeral) item.append(toolbar());
  return item;
}

function doorsOf(post, doors) {
  return {
    act: (where, state) => doors.act(post, where, state),
    seek: (where, text) => doors.seek(post, where, text),
  };
}

function reactions(all) {
  return make(
    "div",
    { class: "reactions" },
    ...all.map(({ name, emoji, who, mine }) => {
      const title = word("react.who", { who: who.join(", "), emoji });
      const chip = make("button", { type: "button", class: mine ? "mine" : null, title, "aria-label": title }, drawn(name, emoji), " ", make("b", {}, who.length));
      chip.dataset.emoji = name;
      return chip;
    }),
  );
}

/** The pin is drawn: not every machine has a font for it. */
function drawn(name, emoji) {
  return name === "pushpin" ? icon("pin") : emoji;
}

/** The faces and the number of replies under a message; opens the thread. */
function threadBar(replies) {
  const count = replies.length;
  const title = count === 1 ? word("talk.reply") : word("talk.replies", { count });
  const authors = new Map(replies.map((reply) => [reply.author.name, reply.author]));
  const faces = [...authors.values()].slice(0, 3).map((one) => avatar(one.name, { bot: one.bot, small: true }));
  const last = replies.at(-1);
  const bar = make(
    "button",
    { type: "button", class: "thread-bar" },
    ...faces,
    make("b", {}, title),
    make("small", {}, timeOfDay(last.when, "slack")),
  );
  bar.dataset.tool = "thread";
  return bar;
}

/** What Slack shows over a message: file it with a pin, answer in the thread, more. */
function toolbar() {
  const tool = (name, drawing, label) => {
    const button = make("button", { type: "button", title: label, "aria-label": label }, drawing);
    button.dataset.tool = name;
    return button;
  };
  return make(
    "div",
    { class: "post-tools menu-anchor" },
    tool("pin", icon("pin"), word("react.pin")),
    tool("thread", icon("thread"), word("thread.reply")),
    tool("more", icon("dots"), word("menu.more")),
  );
}

// Where one block ends, words of the next must not stick to it.
const BLOCK_END = /<\/(?:div|p|li|tr|t[dh]|d[td]|h\d|blockquote)>|<br>/g;

/** The start of what a post says, for lists and screen readers. */
export function gist(post, length = 140) {
  const content = safeHtml("template", {}, post.html.replace(BLOCK_END, "$& ")).content;
  for (const control of content.querySelectorAll("button, select, .sl-control")) control.remove();
  const line = content.textContent.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
