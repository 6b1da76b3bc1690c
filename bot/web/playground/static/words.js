// The page's words, put into <template id="words"> by the server in the reader's language.

const words = new Map();
for (const item of document.getElementById("words").content.querySelectorAll("data")) {
  words.set(item.value, item.textContent);
}

/** The sentence for `key`, its {placeholders} filled from `params`. */
export function word(key, params = {}) {
  const text = words.get(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

/** Like `word`, but null where the page has no such key. */
export function wordOrNull(key) {
  return words.get(key) ?? null;
}

export const locale = document.documentElement.dataset.locale;
