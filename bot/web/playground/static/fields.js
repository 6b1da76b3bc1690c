// The fields of a form: drawn from the server's description, read back as values by name.

import { make } from "./dom.js";
import { word, wordOrNull } from "./words.js";

let serial = 0;

/** Draws a form's fields into `host`; answers how to check and read them. */
export function drawFields(host, form, persons) {
  serial += 1;
  const fields = form.fields.map((field) => drawField(field, `field-${serial}-${field.name}`, persons));
  host.append(...fields.map((field) => field.element));
  return {
    /** Marks what is missing and moves there; true when everything needed is filled in. */
    check() {
      const missing = fields.filter((field) => !field.check());
      missing[0]?.control.focus();
      return missing.length === 0;
    },
    values() {
      return Object.fromEntries(fields.map((field) => [field.name, field.control.value.trim()]));
    },
    focus() {
      fields[0]?.control.focus();
    },
  };
}

function drawField(field, id, persons) {
  const control = drawControl(field, persons);
  control.id = id;
  control.name = field.name;
  if (field.required) control.setAttribute("aria-required", "true");
  const label = make("label", { for: id }, field.label);
  if (!field.required) label.append(" ", make("small", {}, word("form.optional")));
  const hint = field.hint ? make("p", { class: "field-hint", id: `${id}-hint` }, field.hint) : null;
  const fault = make("p", { class: "field-fault", id: `${id}-fault`, hidden: true }, word("form.required"));
  control.setAttribute("aria-describedby", hint ? `${hint.id} ${fault.id}` : fault.id);

  function check() {
    const bad = field.required && control.value.trim() === "";
    control.setAttribute("aria-invalid", String(bad));
    fault.hidden = !bad;
    return !bad;
  }

  control.addEventListener("input", () => {
    if (!fault.hidden) check();
  });
  return {
    name: field.name,
    control,
    check,
    element: make("div", { class: "field" }, label, control, hint, fault),
  };
}

function drawControl(field, persons) {
  const initial = field.initial ?? "";
  switch (field.kind) {
    case "note":
      return withValue(make("textarea", { rows: 3 }), initial);
    case "date":
      return withValue(make("input", { type: "date" }), initial);
    case "choice":
      return select(field, field.choices);
    case "vote":
      return vote(field);
    case "person":
      return select(field, field.choices?.length ? field.choices : persons.map(asChoice));
    default:
      return withValue(make("input", { type: "text", autocomplete: "off" }), initial);
  }
}

/** One of a list, all of it in sight; reads and takes the focus as a single field. */
function vote(field) {
  serial += 1;
  const group = `vote-${serial}`;
  const circles = field.choices.map(({ value }) =>
    make("input", { type: "radio", name: group, value, checked: value === field.initial }),
  );
  const list = make(
    "div",
    { class: "vote", role: "radiogroup", "aria-label": field.label },
    ...field.choices.map((choice, index) => make("label", {}, circles[index], choice.label)),
  );
  Object.defineProperty(list, "value", {
    get: () => circles.find((circle) => circle.checked)?.value ?? "",
  });
  list.focus = () => (circles.find((circle) => circle.checked) ?? circles[0])?.focus();
  return list;
}

function withValue(control, value) {
  control.value = value;
  return control;
}

function asChoice(person) {
  return { value: person.id, label: `${person.name} · ${roleName(person.role)}` };
}

/** A role in the reader's language; roles that the page has no word for stay as they are. */
export function roleName(role) {
  return wordOrNull(`role.${role}`) ?? role;
}

function select(field, choices) {
  const blank = make("option", { value: "" }, word("form.choose"));
  const options = choices.map((choice) => make("option", { value: choice.value }, choice.label));
  return withValue(make("select", {}, blank, ...options), field.initial ?? "");
}
