// One side of the playground: a chat client with its list, its conversation and its field.

import { icon, make, setBadge } from "./dom.js";
import { Composer } from "./composer.js";
import { confirmFirst, openModal } from "./forms.js";
import { bareName, Places, slackPicture } from "./places.js";
import { Posts } from "./posts.js";
import { fieldsOf } from "./selects.js";
import * as server from "./server.js";
import { SlackSide } from "./slackside.js";
import { showFailure, toast } from "./toasts.js";
import { watchDrops } from "./drops.js";
import { word } from "./words.js";
import { readSession, writeSession } from "./desk.js";

const ABILITIES = ["hears", "buttons", "forms", "file", "edit"];

export class Pane {
  #root;
  #desk;
  #platform;
  #places;
  #posts;
  #composer;
  #place = null;
  #person = null;
  #take;
  #slack = null;

  showPayload = false;

  /** `take(posts)` hands posts of an answer to the page, as if they had been pushed. */
  constructor(root, desk, take) {
    this.#root = root;
    this.#desk = desk;
    this.#take = take;
    this.#platform = root.dataset.platform;
    this.#places = new Places(root, desk, (id) => this.open(id, { byHand: true }));
    if (this.#platform === "slack") {
      this.#slack = new SlackSide(root, desk, {
        composer: () => this.#composer,
        pressed: (event) => this.#pressed(event),
        take,
      });
    }
    this.#posts = new Posts(root, desk, this.#slack?.doors);
    this.#composer = new Composer(root, {
      say: (line) => this.#say(line),
      give: (files) => this.#give(files),
    });
    root.querySelector(".posts").addEventListener("click", (event) => this.#pressed(event));
    root.querySelector(".back").addEventListener("click", () => this.list());
    root.querySelector(".about").addEventListener("click", () => this.#toggleAbout());
    watchDrops(root.querySelector(".talk"), () => this.#place, (files) => this.#give(files));
  }

  get placeId() {
    return this.#place?.id ?? null;
  }

  /** Draws everything anew, keeping the open place where the person has it. */
  reset() {
    if (this.#person !== this.#desk.person) this.#composer.clear();
    this.#person = this.#desk.person;
    const places = this.#desk.placesOf(this.#platform);
    const last = readSession(`renewals.place.${this.#platform}`, null);
    const place = places.find((one) => one.id === last) ?? liveliest(this.#desk, places);
    if (place) this.open(place.id);
    const person = this.#desk.persons.find((one) => one.id === this.#desk.person);
    this.#root.querySelector(".places-who").textContent = person?.name ?? "";
  }

  open(placeId, { byHand = false } = {}) {
    const place = this.#desk.place(placeId);
    if (!place) return;
    this.#place = place;
    this.#root.classList.remove("listing");
    if (byHand) writeSession(`renewals.place.${this.#platform}`, place.id);
    this.#drawHead();
    this.#composer.open(place);
    this.#slack?.open(place);
    this.#posts.open(place, this.#look());
    this.#drawPlaces();
  }

  /** On a phone: back to the list of chats. */
  list() {
    this.#root.classList.add("listing");
    this.#root.querySelector(".place[aria-current]")?.focus();
    this.#drawPlaces();
  }

  /** Opens a place with a line in its field. */
  fill(placeId, line) {
    this.open(placeId, { byHand: true });
    this.#composer.fill(line);
  }

  /** Draws after posts came in; `fresh` is the newest one that was told to us. */
  draw(fresh = null) {
    const ours = fresh?.place === this.placeId ? fresh : null;
    this.#posts.draw({ ...this.#look(), fresh: ours });
    this.#slack?.draw(this.#look());
    this.#drawPlaces();
  }

  /** Draws the list and its badges; what is on screen counts as read. */
  #drawPlaces() {
    if (this.#place && this.#isOnScreen()) this.#desk.see(this.#place.id);
    this.#places.draw(this.placeId);
    setBadge(this.#root.querySelector(".back .badge"), this.#desk.unreadOn(this.#platform));
  }

  #isOnScreen() {
    const talk = this.#root.querySelector(".talk");
    return document.visibilityState === "visible" && talk.offsetParent !== null;
  }

  #look() {
    // Who is heard by name alone has nothing but lines and buttons.
    return { showPayload: this.showPayload, tools: Boolean(this.#slack && this.#desk.slack) };
  }

  #drawHead() {
    const place = this.#place;
    const name = this.#root.querySelector(".talk-name");
    name.replaceChildren(...(place.platform === "slack" ? [slackPicture(place)] : []), bareName(place));
    const note = place.ability.note ?? "";
    const deaf = this.#root.querySelector(".deaf");
    deaf.hidden = place.ability.hears;
    deaf.replaceChildren(icon("mute"), place.ability.hears ? "" : note || word("ability.deaf"));
    this.#root.querySelector(".abilities").replaceChildren(
      make("ul", {}, ...ABILITIES.map((key) => drawAbility(key, place.ability[key]))),
      ...(note ? [make("p", {}, note)] : []),
    );
  }

  #toggleAbout() {
    const about = this.#root.querySelector(".about");
    const panel = this.#root.querySelector(".abilities");
    panel.hidden = !panel.hidden;
    about.setAttribute("aria-expanded", String(!panel.hidden));
  }

  async #say(line) {
    const place = this.#place;
    try {
      const answer = await server.say(this.#desk.person, place.id, line);
      this.#take(answer.posts);
      if (answer.form) this.#ask(answer.form, place, null);
      return true;
    } catch (fault) {
      showFailure(fault);
      return false;
    }
  }

  async #give(files) {
    const place = this.#place;
    if (!place) return;
    if (!place.ability.file) {
      toast(word("file.refused", { place: place.name }), { bad: true });
      return;
    }
    if (files.length > 1) toast(word("file.one"));
    this.#composer.busy(true);
    toast(word("file.sending", { name: files[0].name }));
    try {
      const answer = await server.sendFile(this.#desk.person, place.id, files[0]);
      this.#take(answer.posts);
    } catch (fault) {
      showFailure(fault);
    } finally {
      this.#composer.busy(false);
    }
  }

  async #pressed(event) {
    const button = event.target.closest("button[data-line]");
    const post = this.#desk.post(button?.closest("[data-post]")?.dataset.post);
    if (!button || !post || button.getAttribute("aria-busy") === "true") return;
    const place = this.#place;
    const asked = readJson(button.dataset.confirm);
    const danger = asked?.danger || button.classList.contains("danger");
    if (asked && !(await confirmFirst(asked, danger))) return;
    const form = readJson(button.dataset.form);
    if (form && place.ability.forms) {
      this.#ask({ ...form, line: form.line || button.dataset.line }, place, post.id);
      return;
    }
    const fields = fieldsOf(button);
    if (fields && !fields.check()) return;
    button.setAttribute("aria-busy", "true");
    if (this.#slack && this.#desk.slack) {
      const { block = "", action = "", line } = button.dataset;
      await this.#slack.doors.act(post, { block, action }, { type: "button", value: line });
      button.removeAttribute("aria-busy");
      return;
    }
    try {
      const act = [this.#desk.person, place.id, post.id, button.dataset.line];
      const answer = await (fields ? server.submit(...act, fields.values()) : server.click(...act));
      this.#take(answer.posts);
      if (answer.form) this.#ask(answer.form, place, post.id);
    } catch (fault) {
      showFailure(fault);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  /** Asks a form's questions in a window. Only Slack opens one: WeCom's questions are cards. */
  #ask(form, place, postId) {
    openModal(form, this.#desk.persons, async (values) => {
      const answer = await server.submit(this.#desk.person, place.id, postId ?? "", form.line, values);
      this.#take(answer.posts);
      if (answer.form) this.#ask(answer.form, place, postId);
    });
  }
}

function drawAbility(key, can) {
  return make(
    "li",
    { class: can ? "can" : "cannot" },
    icon(can ? "check" : "close"),
    word(`ability.${key}`),
    make("span", { class: "sr" }, `: ${word(can ? "ability.can" : "ability.cannot")}`),
  );
}

// What to open first: where something was said last, and where one can answer.
function liveliest(desk, places) {
  const open = places.filter((place) => place.ability.hears);
  const candidates = open.length > 0 ? open : places;
  const age = (place) => desk.latestIn(place.id)?.when ?? 0;
  return candidates.toSorted((a, b) => age(b) - age(a))[0] ?? null;
}

function readJson(text) {
  return text ? JSON.parse(text) : null;
}
