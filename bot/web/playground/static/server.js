// The playground's HTTP doors. Every refusal becomes a Refusal with a sentence to show.

import { word } from "./words.js";

const csrf = document.querySelector('meta[name="csrf"]').content;

/** The server, or the way to it, said no; `message` is for the person. */
export class Refusal extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refusal(word("error.network"));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(answer?.error || word("error.unexpected"));
  return answer ?? {};
}

function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}

/** The whole picture for one person; the server picks the person when none is named. */
export function readState(person) {
  const query = person ? `?person=${encodeURIComponent(person)}` : "";
  return ask(`/playground/state${query}`);
}

export const say = (person, place, line) => post("/playground/say", { person, place, line });

export const click = (person, place, message, line) =>
  post("/playground/click", { person, place, post: message, line });

export const submit = (person, place, message, line, values) =>
  post("/playground/submit", { person, place, post: message, line, values });

// --- what only Slack has; `where` says on which block and action ---------------------------------

/** Something tapped or picked: `spot` is { place, post }, { view } or { home: true }. */
export const act = (person, spot, where, state) =>
  post("/playground/slack/act", { person, ...spot, ...where, state });

export const seek = (person, spot, where, text) =>
  post("/playground/slack/seek", { person, ...spot, ...where, text });

export const submitView = (person, view, values) =>
  post("/playground/slack/submit", { person, view, values });

export const closeView = (person, view, all) => post("/playground/slack/close", { person, view, all });

export const openHome = (person) => post("/playground/slack/home", { person });

export const shortcut = (person, name, place, message) =>
  post("/playground/slack/shortcut", { person, name, place, post: message });

export const react = (person, place, message, emoji) =>
  post("/playground/slack/react", { person, place, post: message, emoji });

export const reply = (person, place, thread, line) =>
  post("/playground/say", { person, place, thread, line });

// ------------------------------------------------------------------------------------------------

export const moveClock = (step) => post("/playground/clock", { step });

export const chooseLocale = (person, locale) => post("/playground/locale", { person, locale });

export function sendFile(person, place, file) {
  const body = new FormData();
  body.set("person", person);
  body.set("place", place);
  body.set("file", file, file.name);
  return ask("/playground/file", { method: "POST", headers: { "X-CSRF-Token": csrf }, body });
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Listens to what the server tells one person. The browser reconnects by itself (with
 * Last-Event-ID) after a dropped line, but gives up when the server answers with an error, as it
 * may while it restarts: then we open anew, waiting longer each time. `back` is called when the
 * line is there again after a loss: the server may be another one, so the state is read again.
 * Returns the function that stops listening.
 */
export function listen(person, { on, lost, back }) {
  let source = null;
  let timer = null;
  let wait = FIRST_WAIT_MS;
  let wasLost = false;

  function open() {
    source = new EventSource(`/playground/events?person=${encodeURIComponent(person)}`);
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      if (wasLost) back();
      wasLost = false;
    });
    source.addEventListener("error", () => {
      wasLost = true;
      lost();
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
    for (const [name, hear] of Object.entries(on)) {
      source.addEventListener(name, (event) => hear(event.data ? JSON.parse(event.data) : {}));
    }
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
