// What can be picked and typed in Block Kit: made from the element's own JSON, read back as the
// state that Slack's client hands in (view.state.values).

import { icon, make } from "./dom.js";
import { Pick } from "./pick.js";
import { menu } from "./menu.js";
import { word } from "./words.js";

const SELECTS = /^(?:multi_)?(static|external|users|conversations|channels)_select$/;
const DECIMAL = /^-?\d+(?:[.,]\d+)?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * The control for one element. `seek(text)` finds options for external selects; `changed()` is
 * called when the person chose something, not while they type. `optional`: it may be left empty.
 *
 * Answers { element, focusable, state(), take(state), blank(), fault() }: `take` puts a state back
 * after the view was drawn anew, `fault` names what is wrong with what was typed, or "".
 */
export function control(spec, { seek, changed, optional }) {
  if (SELECTS.test(spec.type)) return select(spec, { seek, changed, optional });
  switch (spec.type) {
    case "datepicker":
      return dated(spec, "date", "selected_date", spec.initial_date, changed);
    case "timepicker":
      return dated(spec, "time", "selected_time", spec.initial_time, changed);
    case "datetimepicker":
      return moment(spec, changed);
    case "radio_buttons":
      return boxes(spec, "radio", changed);
    case "checkboxes":
      return boxes(spec, "checkbox", changed);
    case "overflow":
      return overflow(spec, changed);
    default:
      return typed(spec, changed);
  }
}

// --- selects -----------------------------------------------------------------------------------

function select(spec, { seek, changed, optional }) {
  const [, kind] = SELECTS.exec(spec.type);
  const multi = spec.type.startsWith("multi_");
  const ofOptions = kind === "static" || kind === "external";
  const fixed = ofOptions ? allOptions(spec) : (spec.known ?? []).map(known);
  const noun = { users: "user", conversations: "conversation", channels: "channel" }[kind];
  const pick = new Pick({
    multi,
    placeholder: spec.placeholder?.text,
    key: (option) => option.value,
    initial: initially(spec, multi, noun, fixed),
    remote: kind === "external",
    clearable: optional,
    least: kind === "external" ? (spec.min_query_length ?? 3) : 0,
    source: async (text) =>
      kind === "external" ? (await seek(text)).flatMap(offered) : fixed.filter(fits(text)),
    changed,
  });
  const read = ofOptions ? (one) => one.option : (one) => one.option.value;
  const slot = ofOptions ? (multi ? "selected_options" : "selected_option") : `selected_${noun}${multi ? "s" : ""}`;
  return {
    element: pick.element,
    focusable: pick.input,
    state: () => ({
      type: spec.type,
      [slot]: multi ? pick.chosen.map(read) : pick.chosen.length > 0 ? read(pick.chosen[0]) : null,
    }),
    take(state) {
      const values = multi ? state[slot] : [state[slot]];
      const found = (values ?? []).filter((value) => value !== null && value !== undefined);
      pick.chosen = found.map((value) =>
        ofOptions ? asOffered(value) : (fixed.find((one) => one.option.value === value) ?? known({ label: value, value })),
      );
    },
    blank: () => pick.chosen.length === 0,
    fault: () => "",
  };
}

function allOptions(spec) {
  const grouped = (spec.option_groups ?? []).flatMap(offered);
  return [...(spec.options ?? []).map((option) => asOffered(option)), ...grouped];
}

/** One option, or a group with several. */
function offered(one) {
  if (!one.options) return [asOffered(one)];
  return one.options.map((option) => ({ ...asOffered(option), group: one.label?.text }));
}

function asOffered(option) {
  return { label: option.text.text, note: option.description?.text, option };
}

function known({ label, value }) {
  return { label, option: { value } };
}

function initially(spec, multi, noun, fixed) {
  if (spec.initial_option) return [asOffered(spec.initial_option)];
  if (spec.initial_options) return spec.initial_options.map(asOffered);
  const values = multi ? spec[`initial_${noun}s`] : [spec[`initial_${noun}`]];
  return fixed.filter((one) => (values ?? []).includes(one.option.value));
}

/** Slack filters by what stands anywhere in the text, whatever its case. */
function fits(text) {
  const wanted = text.toLocaleLowerCase();
  return (one) => `${one.label} ${one.note ?? ""}`.toLocaleLowerCase().includes(wanted);
}

// --- dates, texts ------------------------------------------------------------------------------

function dated(spec, type, slot, initial, changed) {
  const input = make("input", { type, class: "sl-field dated" });
  input.value = initial ?? "";
  input.addEventListener("change", () => changed());
  return {
    element: input,
    focusable: input,
    state: () => ({ type: spec.type, [slot]: input.value || null }),
    take: (state) => {
      input.value = state[slot] ?? "";
    },
    blank: () => input.value === "",
    fault: () => "",
  };
}

function moment(spec, changed) {
  const input = make("input", { type: "datetime-local", class: "sl-field dated" });
  const show = (seconds) => {
    const here = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000);
    input.value = seconds ? here.toISOString().slice(0, 16) : "";
  };
  show(spec.initial_date_time);
  input.addEventListener("change", () => changed());
  return {
    element: input,
    focusable: input,
    state: () => ({
      type: spec.type,
      selected_date_time: input.value ? Math.round(new Date(input.value).getTime() / 1000) : null,
    }),
    take: (state) => show(state.selected_date_time),
    blank: () => input.value === "",
    fault: () => "",
  };
}

function typed(spec, changed) {
  const long = spec.multiline || spec.type === "rich_text_input";
  const input = long
    ? make("textarea", { class: "sl-field", rows: 4 })
    : make("input", { class: "sl-field", type: "text", autocomplete: "off" });
  if (spec.type === "number_input") input.inputMode = "decimal";
  input.placeholder = spec.placeholder?.text ?? "";
  if (spec.max_length) input.maxLength = spec.max_length;
  input.value = spec.initial_value ?? "";
  const enters = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (!long && enters.includes("on_enter_pressed")) changed({ entered: true });
  });
  return {
    element: input,
    focusable: input,
    state: () => ({ type: spec.type, value: input.value === "" ? null : input.value }),
    take: (state) => {
      input.value = state.value ?? "";
    },
    blank: () => input.value.trim() === "",
    fault: () => wrong(spec, input.value.trim()),
  };
}

function wrong(spec, text) {
  if (text === "") return "";
  if (spec.min_length && [...text].length < spec.min_length) {
    return word("input.short", { count: spec.min_length });
  }
  if (spec.type === "number_input" && !DECIMAL.test(text)) return word("input.number");
  if (spec.type === "email_text_input" && !EMAIL.test(text)) return word("input.email");
  if (spec.type === "url_text_input" && !URL.canParse(text)) return word("input.url");
  return "";
}

// --- circles, boxes, three dots ------------------------------------------------------------------

let serial = 0;

function boxes(spec, type, changed) {
  serial += 1;
  const name = `boxes-${serial}`;
  const first = spec.initial_options ?? (spec.initial_option ? [spec.initial_option] : []);
  const all = spec.options.map((option) => {
    const checked = first.some((one) => one.value === option.value);
    const input = make("input", { type, name, checked });
    const note = option.description ? make("small", {}, option.description.text) : null;
    const label = make("label", {}, input, make("span", {}, make("span", {}, option.text.text), note));
    input.addEventListener("change", () => changed());
    return { option, input, label };
  });
  const picked = () => all.filter(({ input }) => input.checked).map(({ option }) => option);
  return {
    element: make(
      "div",
      { class: "sl-boxes", role: type === "radio" ? "radiogroup" : "group" },
      ...all.map(({ label }) => label),
    ),
    focusable: all[0].input,
    state: () =>
      type === "radio"
        ? { type: spec.type, selected_option: picked()[0] ?? null }
        : { type: spec.type, selected_options: picked() },
    take(state) {
      const kept = state.selected_options ?? [state.selected_option];
      for (const { option, input } of all) {
        input.checked = kept.some((one) => one?.value === option.value);
      }
    },
    blank: () => picked().length === 0,
    fault: () => "",
  };
}

function overflow(spec, changed) {
  let chosen = null;
  const button = make(
    "button",
    { type: "button", class: "sl-button overflow", "aria-haspopup": "menu", "aria-label": word("menu.more") },
    icon("dots"),
  );
  button.addEventListener("click", () => {
    const items = spec.options.map((option) => ({
      label: option.text.text,
      note: option.description?.text,
      danger: false,
      act() {
        chosen = option;
        changed();
      },
    }));
    menu(button, items);
  });
  return {
    element: button,
    focusable: button,
    state: () => ({ type: spec.type, selected_option: chosen }),
    take() {},
    blank: () => true,
    fault: () => "",
  };
}
