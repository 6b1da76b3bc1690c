// One message as its platform shows it.

import { avatar, icon, make, safeHtml } from "./dom.js";
import { timeOfDay } from "./dates.js";
import { payloadPanel } from "./payload.js";
import { enliven } from "./selects.js";
import { word } from "./words.js";

/**
 * Draws a post. `followsOn` says that the same author wrote just before (Slack then leaves the
 * picture out), `replies` are the drawn posts of its thread, `showPayload` adds the JSON.
 */
export function drawPost(post, { followsOn, replies, showPayload }) {
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
  enliven(body);
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
  if (replies.length > 0) main.append(thread(replies));
  item.append(avatar(post.author.name, { bot: post.author.bot }), main);
  return item;
}

function thread(replies) {
  const count = replies.length;
  const title = count === 1 ? word("talk.reply") : word("talk.replies", { count });
  return make(
    "details",
    { class: "thread", open: true },
    make("summary", {}, title),
    make("ol", { class: "replies" }, ...replies),
  );
}

// Where one block ends, words of the next must not stick to it.
const BLOCK_END = /<\/(?:div|p|li|tr|t[dh]|d[td]|h\d|blockquote)>|<br>/g;

/** The start of what a post says, for lists and screen readers. */
export function gist(post, length = 140) {
  const content = safeHtml("template", {}, post.html.replace(BLOCK_END, "$& ")).content;
  for (const control of content.querySelectorAll("button, select")) control.remove();
  const line = content.textContent.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
