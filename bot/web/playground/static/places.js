// The list of chats on one side.

import { avatar, icon, make, rove, setBadge } from "./dom.js";
import { stamp } from "./dates.js";
import { gist } from "./post.js";
import { word } from "./words.js";

export class Places {
  #desk;
  #platform;
  #list;

  constructor(root, desk, open) {
    this.#desk = desk;
    this.#platform = root.dataset.platform;
    this.#list = root.querySelector(".places-list");
    rove(this.#list, ".place");
    this.#list.addEventListener("click", (event) => {
      const button = event.target.closest(".place");
      if (button) open(button.dataset.place);
    });
  }

  draw(openId) {
    const focused = this.#list.contains(document.activeElement)
      ? document.activeElement.dataset.place
      : null;
    const places = this.#desk.placesOf(this.#platform);
    const draw = (place) => this.#entry(place, place.id === openId);
    if (this.#platform === "slack") {
      this.#list.replaceChildren(
        ...section("channels", places.filter((place) => place.kind === "channel").map(draw)),
        ...section("dms", places.filter((place) => place.kind === "dm").map(draw)),
      );
    } else {
      this.#list.replaceChildren(make("ul", {}, ...places.map((place) => make("li", {}, draw(place)))));
    }
    if (focused) this.#list.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  #entry(place, isOpen) {
    const unread = this.#desk.unreadIn(place.id);
    const badge = make("span", { class: "badge", "aria-hidden": "true" });
    setBadge(badge, unread);
    const button = make("button", {
      type: "button",
      class: unread > 0 ? "place unread" : "place",
      tabindex: isOpen ? 0 : -1,
      "aria-current": isOpen ? "true" : null,
      "aria-label": unread > 0 ? word("places.unread", { place: place.name, count: unread }) : null,
    });
    button.dataset.place = place.id;
    if (this.#platform === "slack") {
      button.append(slackPicture(place), make("span", { class: "place-name" }, bareName(place)), badge);
    } else {
      button.append(...this.#wecomEntry(place, badge));
    }
    return button;
  }

  #wecomEntry(place, badge) {
    const last = this.#desk.latestIn(place.id);
    const picture = place.kind === "dm" ? avatar(place.name, { bot: true }) : groupPicture();
    picture.append(badge);
    return [
      picture,
      make("span", { class: "place-name" }, place.name),
      make("time", {}, last ? stamp(last.when, this.#desk.now) : ""),
      make("span", { class: "place-last" }, last ? gist(last, 40) : ""),
    ];
  }
}

function section(key, entries) {
  if (entries.length === 0) return [];
  return [
    make("h3", {}, word(`places.${key}`)),
    make("ul", {}, ...entries.map((entry) => make("li", {}, entry))),
  ];
}

/** The # of a channel, or the picture of whom one writes to. */
export function slackPicture(place) {
  return place.kind === "dm" ? avatar(place.name, { bot: true, small: true }) : icon("hash");
}

// WeCom draws a group as a tile of its members' pictures.
function groupPicture() {
  const tiles = [1, 2, 3, 4].map((n) => make("i", { class: `tone-${n}` }));
  return make("span", { class: "avatar group", "aria-hidden": "true" }, ...tiles);
}

/** A place's name without the # that Slack draws itself. */
export function bareName(place) {
  return place.platform === "slack" ? place.name.replace(/^#/, "") : place.name;
}
