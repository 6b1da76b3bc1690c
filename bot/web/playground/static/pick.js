// Slack's selects: a field that filters as one types, with a list under it. One thing or several,
// from a fixed list or from what the app finds (`seek`).

import { icon, make } from "./dom.js";
import { word } from "./words.js";

const SEEK_AFTER_MS = 250;
let serial = 0;

/**
 * `source(text)` answers with a promise of [{ label, note, group, option }]; `same(a, b)` says
 * whether two options are one. `changed()` is called after the person picked.
 */
export class Pick {
  #source;
  #multi;
  #changed;
  #key;
  #chosen = [];
  #offered = [];
  #at = -1;
  #asked = 0;
  #timer = null;
  #least;
  #delay;
  #clearable;

  constructor({ source, multi = false, initial = [], placeholder, key, changed, least = 0, remote = false, clearable = false }) {
    serial += 1;
    this.#source = source;
    this.#multi = multi;
    this.#changed = changed;
    this.#key = key;
    this.#chosen = [...initial];
    this.#least = least;
    this.#clearable = clearable;
    this.#delay = remote ? SEEK_AFTER_MS : 0;
    const listId = `pick-list-${serial}`;
    this.input = make("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: placeholder || word("form.choose"),
      "aria-expanded": "false",
      "aria-controls": listId,
      "aria-autocomplete": "list",
    });
    this.placeholder = this.input.placeholder;
    this.list = make("ul", { id: listId, class: "pick-list", role: "listbox", hidden: true });
    this.chips = make("span", { class: "pick-chips" });
    this.clear = make("button", { type: "button", class: "pick-clear", tabindex: -1, hidden: true, "aria-label": word("pick.clear") }, icon("close"));
    const field = make("div", { class: "pick-field" }, this.chips, this.input, this.clear, icon("caret"));
    this.element = make("div", { class: multi ? "pick multi" : "pick" }, field, this.list);
    this.#listen(field);
    this.#show();
  }

  get chosen() {
    return [...this.#chosen];
  }

  set chosen(choices) {
    this.#chosen = [...choices];
    this.#show();
  }

  #listen(field) {
    field.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) return;
      if (event.target !== this.input) event.preventDefault();
      this.input.focus();
      this.#open();
    });
    this.input.addEventListener("input", () => this.#open());
    this.input.addEventListener("focus", () => {
      if (!this.#multi) this.input.select();
    });
    this.input.addEventListener("blur", () => this.#close());
    this.input.addEventListener("keydown", (event) => this.#keyed(event));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const index = event.target.closest("[role=option]")?.dataset.index;
      if (index !== undefined) this.#choose(Number(index));
    });
    this.clear.addEventListener("click", () => {
      this.#chosen = [];
      this.#show();
      this.input.focus();
      this.#changed();
    });
    this.chips.addEventListener("click", (event) => {
      const index = event.target.closest("button")?.dataset.index;
      if (index !== undefined) this.#drop(Number(index));
    });
  }

  #keyed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.#move(event.key === "ArrowDown" ? 1 : -1);
      else this.#open("");
    } else if (event.key === "Enter") {
      // In a modal Enter must pick, not hand in.
      event.preventDefault();
      if (open && this.#at >= 0) this.#choose(this.#at);
      else this.#open("");
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Backspace" && this.#multi && this.input.value === "") {
      if (this.#chosen.length > 0) this.#drop(this.#chosen.length - 1);
    }
  }

  /** Opens the list with what fits `text`; what is chosen already is no filter. */
  async #open(text = this.#typed()) {
    this.#asked += 1;
    const turn = this.#asked;
    clearTimeout(this.#timer);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (text.length < this.#least) {
      this.#say(word("pick.type"));
      return;
    }
    if (this.#delay > 0) {
      this.#say(word("pick.loading"));
      await new Promise((go) => {
        this.#timer = setTimeout(go, this.#delay);
      });
      if (turn !== this.#asked) return;
    }
    try {
      const offered = await this.#source(text);
      if (turn !== this.#asked || this.list.hidden) return;
      this.#offered = offered;
      this.#at = offered.length > 0 ? 0 : -1;
      this.#list();
    } catch {
      if (turn === this.#asked) this.#say(word("pick.failed"));
    }
  }

  #typed() {
    const text = this.input.value.trim();
    const unchanged = !this.#multi && this.#chosen[0]?.label === text;
    return unchanged ? "" : text;
  }

  #say(sentence) {
    this.#offered = [];
    this.#at = -1;
    this.list.replaceChildren(make("li", { class: "pick-word", role: "presentation" }, sentence));
    this.#inSight();
  }

  #list() {
    if (this.#offered.length === 0) {
      this.#say(word("pick.none"));
      return;
    }
    const rows = [];
    let group = null;
    this.#offered.forEach((one, index) => {
      if (one.group && one.group !== group) {
        rows.push(make("li", { class: "pick-group", role: "presentation" }, one.group));
      }
      group = one.group;
      const picked = this.#chosen.some((other) => this.#key(other.option) === this.#key(one.option));
      const row = make(
        "li",
        { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(picked) },
        make("span", {}, one.label),
        one.note ? make("small", {}, one.note) : null,
      );
      row.dataset.index = index;
      rows.push(row);
    });
    this.list.replaceChildren(...rows);
    this.#point();
    this.#inSight();
  }

  #inSight() {
    this.list.scrollIntoView({ block: "nearest" });
  }

  #move(step) {
    const count = this.#offered.length;
    if (count === 0) return;
    this.#at = (this.#at + step + count) % count;
    this.#point();
  }

  #point() {
    for (const row of this.list.querySelectorAll("[role=option]")) {
      const here = Number(row.dataset.index) === this.#at;
      row.classList.toggle("at", here);
      if (here) row.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", this.#at < 0 ? "" : `${this.list.id}-${this.#at}`);
  }

  #choose(index) {
    const one = this.#offered[index];
    if (!one) return;
    if (!this.#multi) this.#chosen = [one];
    else {
      const others = this.#chosen.filter((other) => this.#key(other.option) !== this.#key(one.option));
      this.#chosen = others.length === this.#chosen.length ? [...others, one] : others;
    }
    this.#close();
    this.#changed();
  }

  #drop(index) {
    this.#chosen = this.#chosen.filter((_, at) => at !== index);
    this.#show();
    this.#changed();
  }

  #close() {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#show();
  }

  #show() {
    if (!this.#multi) {
      this.input.value = this.#chosen[0]?.label ?? "";
      this.clear.hidden = !this.#clearable || this.#chosen.length === 0;
      return;
    }
    this.input.value = "";
    this.input.placeholder = this.#chosen.length > 0 ? "" : this.placeholder;
    this.chips.replaceChildren(
      ...this.#chosen.map((one, index) => {
        const off = make("button", { type: "button", "aria-label": word("pick.remove", { name: one.label }) }, icon("close"));
        off.dataset.index = index;
        return make("span", { class: "chip" }, one.label, off);
      }),
    );
  }
}
