// The field under a conversation: Enter sends, the arrow up brings the last lines back, files go
// through the paper clip or by dropping them on the conversation.

import { word } from "./words.js";

const MOST_ROWS = 8;

export class Composer {
  #form;
  #field;
  #send;
  #attach;
  #mention;
  #picker;
  #drafts = new Map();
  #sent = [];
  #back = 0;
  #place = null;
  #busy = false;

  /** `say(line)` and `give(files)` answer with a promise; a rejected line comes back. */
  constructor(root, { say, give }) {
    this.#form = root.querySelector(".composer");
    this.#field = root.querySelector("textarea");
    this.#send = root.querySelector(".send");
    this.#attach = root.querySelector(".attach");
    this.#picker = root.querySelector("input[type=file]");
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => this.#key(event, say));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#hand(say);
    });
    this.#mention = root.querySelector(".mention");
    // The field of a thread has neither.
    this.#mention?.addEventListener("click", () => this.#call());
    this.#attach?.addEventListener("click", () => this.#picker.click());
    this.#picker?.addEventListener("change", () => {
      if (this.#picker.files.length > 0) give([...this.#picker.files]);
      this.#picker.value = "";
    });
  }

  /** Serves another place; what was half written in the last one waits there. */
  open(place) {
    if (this.#place) this.#drafts.set(this.#place.id, this.#field.value);
    this.#place = place;
    this.#form.hidden = !place.ability.hears;
    if (this.#attach) this.#attach.hidden = !place.ability.file;
    if (this.#mention) this.#mention.hidden = !place.mention;
    this.#field.placeholder = place.hint || word("composer.hint", { place: place.name });
    this.#write(this.#drafts.get(place.id) ?? "");
  }

  /** Puts a line into the field, ready to be sent or changed. */
  fill(line) {
    this.#write(line);
    this.focus();
    this.#field.setSelectionRange(line.length, line.length);
  }

  /** Begins the line with the mention that makes the bot hear it. */
  #call() {
    const { mention } = this.#place;
    const line = this.#field.value;
    this.fill(line.startsWith(mention.trim()) ? line : mention + line);
  }

  /** Another person sits down: what the last one wrote is not theirs. */
  clear() {
    this.#drafts.clear();
    this.#sent = [];
    this.#place = null;
    this.#write("");
  }

  focus() {
    this.#field.focus();
  }

  busy(is) {
    this.#busy = is;
    this.#form.toggleAttribute("data-busy", is);
    this.#changed();
  }

  #write(line) {
    this.#field.value = line;
    this.#back = 0;
    this.#changed();
  }

  #changed() {
    this.#send.disabled = this.#busy || this.#field.value.trim() === "";
    // Grows with what is written; measured, because long lines wrap.
    this.#field.rows = 1;
    while (this.#field.rows < MOST_ROWS && this.#field.scrollHeight > this.#field.clientHeight) {
      this.#field.rows += 1;
    }
  }

  #key(event, say) {
    // While a Chinese word is being composed, Enter picks the word.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#hand(say);
    } else if (event.key === "ArrowUp" && this.#canRecall()) {
      event.preventDefault();
      this.#recall(1);
    } else if (event.key === "ArrowDown" && this.#back > 0) {
      event.preventDefault();
      this.#recall(-1);
    }
  }

  #canRecall() {
    return this.#field.value === "" || this.#back > 0;
  }

  #recall(step) {
    const back = Math.min(Math.max(this.#back + step, 0), this.#sent.length);
    this.#field.value = back === 0 ? "" : this.#sent.at(-back);
    this.#back = back;
    this.#changed();
  }

  async #hand(say) {
    const line = this.#field.value.trim();
    if (line === "" || this.#busy) return;
    const place = this.#place;
    this.#write("");
    this.#drafts.delete(place.id);
    if (this.#sent.at(-1) !== line) this.#sent.push(line);
    this.busy(true);
    const went = await say(line);
    this.busy(false);
    if (went) return;
    // Nothing that somebody wrote may get lost.
    if (this.#place === place && this.#field.value === "") this.#write(line);
    else this.#drafts.set(place.id, line);
  }
}
