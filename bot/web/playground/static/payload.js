// The JSON that really goes to a platform, drawn under its message.

import { make } from "./dom.js";
import { word } from "./words.js";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A panel with the payload, coloured, and a button that copies it. */
export function payloadPanel(post) {
  const text = JSON.stringify(post.payload, null, 2);
  const copy = make("button", { type: "button", class: "payload-copy" }, word("payload.copy"));
  copy.addEventListener("click", async () => {
    // Browsers hide the clipboard from pages on plain HTTP other than loopback: select instead.
    if (!navigator.clipboard) {
      getSelection().selectAllChildren(copy.closest("figure").querySelector("pre"));
      return;
    }
    await navigator.clipboard.writeText(text);
    copy.textContent = word("payload.copied");
    setTimeout(() => {
      copy.textContent = word("payload.copy");
    }, 1_600);
  });
  return make(
    "figure",
    { class: "payload" },
    make("figcaption", {}, make("span", {}, word(`payload.${post.platform}`)), copy),
    make("pre", { tabindex: 0 }, ...coloured(text)),
  );
}

function coloured(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    const [whole, string, colon, literal] = match;
    const kind = string ? (colon ? "key" : "string") : literal ? "literal" : "number";
    parts.push(make("span", { class: `json-${kind}` }, string ?? whole));
    if (colon) parts.push(colon);
    from = match.index + whole.length;
  }
  parts.push(text.slice(from));
  return parts;
}
