// Makes Block Kit that the server drew work: controls, labels, faults, questions before acting.

import { make } from "./dom.js";
import { control } from "./elements.js";
import { confirmFirst } from "./forms.js";
import { word } from "./words.js";

let serial = 0;

/**
 * Brings the controls in `root` to life. `doors.act(where, state)` is called when one that acts by
 * itself was used, `doors.seek(where, text)` answers with options; `where` is { block, action }.
 */
export function enlivenBlocks(root, doors) {
  const found = [];
  for (const host of root.querySelectorAll(".sl-control")) found.push(bring(host, doors));
  return new Blocks(found);
}

function bring(host, doors) {
  const spec = JSON.parse(host.dataset.element);
  const where = { block: host.dataset.block ?? "", action: host.dataset.action ?? "" };
  const question = host.closest(".sl-input");
  const acts = !question || question.dataset.acts !== undefined;
  const made = control(spec, {
    optional: question?.dataset.optional !== undefined,
    seek: (text) => doors.seek(where, text),
    changed: ({ entered = false } = {}) => {
      one.changed();
      if (acts && (entered || !isTyped(spec))) used();
    },
  });
  const one = { where, question, ...made, changed() {} };
  let before = made.state();

  async function used() {
    const now = made.state();
    if (spec.confirm && !(await confirmFirst(spec.confirm, spec.confirm.danger))) {
      made.take(before);
      return;
    }
    before = now;
    await doors.act(where, now);
  }

  host.replaceWith(made.element);
  made.element.dataset.block = where.block;
  made.element.dataset.action = where.action;
  if (question) ask(question, one);
  else if (spec.placeholder?.text) made.focusable.setAttribute("aria-label", spec.placeholder.text);
  return one;
}

function isTyped(spec) {
  return spec.type.endsWith("_input");
}

/** Ties a question's label, hint and fault to its control. */
function ask(question, one) {
  serial += 1;
  const label = question.querySelector(".sl-label");
  const fault = make("p", { class: "sl-fault", id: `fault-${serial}`, hidden: true });
  one.focusable.id = `input-${serial}`;
  label.htmlFor = one.focusable.id;
  if (question.dataset.optional !== undefined) label.append(" ", make("small", {}, word("form.optional")));
  else one.focusable.setAttribute("aria-required", "true");
  const hint = question.querySelector(".sl-hint");
  if (hint) hint.id = `hint-${serial}`;
  one.focusable.setAttribute("aria-describedby", [hint?.id, fault.id].filter(Boolean).join(" "));
  one.element.after(fault);
  one.blame = (sentence) => {
    fault.textContent = sentence;
    fault.hidden = sentence === "";
    one.focusable.setAttribute("aria-invalid", String(sentence !== ""));
    question.classList.toggle("wrong", sentence !== "");
  };
  one.check = () => {
    const needed = question.dataset.optional === undefined && one.blank();
    one.blame(needed ? word("form.required") : one.fault());
    return fault.hidden;
  };
  one.changed = () => {
    if (!fault.hidden) one.blame("");
  };
  one.element.addEventListener("input", () => one.changed());
}

class Blocks {
  #all;

  constructor(all) {
    this.#all = all;
  }

  /** What is filled in, as Slack's `state.values`. */
  state() {
    const values = {};
    for (const one of this.#all) {
      (values[one.where.block] ??= {})[one.where.action] = one.state();
    }
    return values;
  }

  /** Puts back what was filled in before the view was drawn anew: same block, action and type. */
  take(values) {
    for (const one of this.#all) {
      const kept = values[one.where.block]?.[one.where.action];
      if (kept && kept.type === one.state().type) one.take(kept);
    }
  }

  /** Marks what is missing or wrong and moves there; true when all is well. */
  check() {
    const wrong = this.#all.filter((one) => one.check && !one.check());
    wrong[0]?.focusable.focus();
    return wrong.length === 0;
  }

  /** Shows what the app refused, by block; answers whether all of it found its place. */
  blame(errors) {
    const left = new Map(Object.entries(errors));
    let first = null;
    for (const one of this.#all) {
      const sentence = left.get(one.where.block);
      if (!sentence || !one.blame) continue;
      one.blame(sentence);
      first ??= one;
      left.delete(one.where.block);
    }
    first?.focusable.focus();
    return left.size === 0;
  }

  focus() {
    this.#all.find((one) => one.question)?.focusable.focus();
  }
}
