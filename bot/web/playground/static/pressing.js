// Buttons of Block Kit in views: asks first where the button says so, and shows that it works.

import { confirmFirst } from "./forms.js";

/** Hands presses in `root` to `act({ block, action }, state)`. */
export function pressedIn(root, act) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-action]");
    if (!button || button.dataset.line === undefined || button.getAttribute("aria-busy") === "true") return;
    const asked = button.dataset.confirm ? JSON.parse(button.dataset.confirm) : null;
    if (asked && !(await confirmFirst(asked, asked.danger))) return;
    button.setAttribute("aria-busy", "true");
    const where = { block: button.dataset.block ?? "", action: button.dataset.action };
    await act(where, { type: "button", value: button.dataset.line });
    button.removeAttribute("aria-busy");
  });
}
