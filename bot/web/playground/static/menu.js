// A small menu under a button: message menu, shortcuts, overflow.

import { make, rove } from "./dom.js";

let open = null;

/** Opens `items` [{ label, note, act, heading }] at `button`; the same button again closes it. */
export function menu(button, items) {
  const again = open?.button === button;
  open?.close();
  if (again) return;
  const list = make("div", { class: "menu", role: "menu" }, ...items.map(drawItem));
  // Inside the button's own box, so that it moves along; the box is positioned by its class.
  const anchor = button.closest(".menu-anchor") ?? button.parentElement;
  anchor.classList.add("menu-anchor");
  anchor.append(list);
  button.setAttribute("aria-expanded", "true");
  rove(list, "[role=menuitem]");

  function close() {
    if (list.contains(document.activeElement)) button.focus();
    list.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", keyed, true);
    open = null;
  }
  function outside(event) {
    if (!list.contains(event.target) && !button.contains(event.target)) close();
  }
  function keyed(event) {
    if (event.key !== "Escape" && event.key !== "Tab") return;
    event.stopPropagation();
    if (event.key === "Escape") event.preventDefault();
    close();
  }
  list.addEventListener("click", (event) => {
    const index = event.target.closest("[role=menuitem]")?.dataset.index;
    if (index === undefined) return;
    event.stopPropagation();
    close();
    items[Number(index)].act();
  });
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", keyed, true);
  open = { button, close };
  list.scrollIntoView({ block: "nearest" });
  list.querySelector("[role=menuitem]")?.focus();
}

function drawItem(item, index) {
  if (item.heading) return make("p", { class: "menu-heading", role: "presentation" }, item.heading);
  const row = make(
    "button",
    { type: "button", role: "menuitem", tabindex: -1 },
    make("span", {}, item.label),
    item.note ? make("small", {}, item.note) : null,
  );
  row.dataset.index = index;
  return row;
}
