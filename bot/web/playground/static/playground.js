// The playground: two chat clients over one book. This file wires the parts together.

import * as bar from "./bar.js";
import { setZone } from "./dates.js";
import { Desk, readSession, writeSession } from "./desk.js";
import { setBadge } from "./dom.js";
import { ignoreStrayDrops } from "./drops.js";
import { Pane } from "./pane.js";
import { gist } from "./post.js";
import * as server from "./server.js";
import { announce, showFailure, toast } from "./toasts.js";
import { Views } from "./views.js";
import { welcome } from "./welcome.js";
import { locale, word } from "./words.js";

const desk = new Desk();
const panes = new Map(
  [...document.querySelectorAll(".pane")].map((root) => [
    root.dataset.platform,
    new Pane(root, desk, (posts) => takeAll(posts ?? [])),
  ]),
);
const lost = document.querySelector("p.lost");
const drawPeople = bar.people(become);
const clock = bar.clock(desk, moveClock);
const drawTries = welcome(fill);
const views = new Views(desk, () => panes.get("slack").showPayload);
let stopListening = () => {};

// --- posts -------------------------------------------------------------------------------------

function takeAll(posts) {
  for (const post of posts) take(post);
}

function take(post) {
  const news = desk.add(post);
  if (!news) return;
  const known = desk.post(post.id);
  panes.get(post.platform)?.draw(known);
  drawTabs();
  if (!known) return;
  if (!known.mine) {
    const place = desk.place(known.place)?.name ?? "";
    announce(word("talk.heard", { who: known.author.name, place, text: gist(known) }));
  }
}

/** What this person has before them besides messages: modals, the Home tab. */
function see(window) {
  desk.window = window;
  views.draw(window.modals);
  panes.get("slack").draw();
}

// --- who, when, which language -------------------------------------------------------------------

async function load(person) {
  const state = await server.readState(person);
  // The page speaks the person's language. The address says which one was already asked for, so
  // that a server which cannot follow does not send us round in circles.
  const address = new URLSearchParams(location.search);
  if (state.locale !== locale && address.get("locale") !== state.locale) {
    visit(state.person, state.locale);
    return;
  }
  setZone(state.zone);
  desk.take(state);
  history.replaceState(null, "", `?${new URLSearchParams({ person: state.person })}`);
  drawPeople(desk.persons, desk.person);
  clock.movable(state.movable_clock);
  clock.draw();
  drawTries(state.tries ?? [], (id) => desk.place(id));
  for (const pane of panes.values()) pane.reset();
  views.draw(desk.window.modals);
  drawTabs();
  lost.hidden = true;
  stopListening();
  stopListening = server.listen(desk.person, {
    on: { post: take, window: see, clock: hearClock, toast: ({ text }) => toast(text), reset: startOver },
    lost: () => {
      lost.hidden = false;
    },
    back: () => become(desk.person),
  });
}

async function become(person) {
  try {
    await load(person);
  } catch (fault) {
    showFailure(fault);
  }
}

function startOver() {
  desk.forget();
  become(desk.person);
}

function visit(person, language) {
  location.assign(`?${new URLSearchParams({ person, locale: language })}`);
}

async function chooseLocale(language) {
  try {
    await server.chooseLocale(desk.person, language);
    visit(desk.person, language);
  } catch (fault) {
    showFailure(fault);
  }
}

async function moveClock(step) {
  try {
    hearClock(await server.moveClock(step));
  } catch (fault) {
    showFailure(fault);
  }
}

function hearClock({ now }) {
  desk.setClock(now);
  announce(word("clock.moved", { now: clock.draw() }));
  // Day dividers and the stamps of the lists are seen from the book's now.
  for (const pane of panes.values()) pane.draw();
}

// --- the rest of the bar -----------------------------------------------------------------------

function fill(placeId, line) {
  const platform = desk.place(placeId)?.platform;
  if (!platform) return;
  showTab(platform);
  panes.get(platform).fill(placeId, line);
}

const tabs = document.querySelectorAll(".tabs button");

function showTab(platform) {
  document.querySelector(".panes").dataset.tab = platform;
  writeSession("renewals.tab", platform);
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.tab === platform));
  panes.get(platform).draw();
  drawTabs();
}

function drawTabs() {
  for (const tab of tabs) setBadge(tab.querySelector(".badge"), desk.unreadOn(tab.dataset.tab));
}

for (const tab of tabs) tab.addEventListener("click", () => showTab(tab.dataset.tab));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") for (const pane of panes.values()) pane.draw();
});
bar.theme();
bar.languages(chooseLocale);
bar.toggle(".payload-switch", (on) => {
  for (const pane of panes.values()) {
    pane.showPayload = on;
    pane.draw();
  }
});
ignoreStrayDrops();

const asked = new URLSearchParams(location.search).get("person");
await become(asked);
showTab(readSession("renewals.tab", "wecom"));
