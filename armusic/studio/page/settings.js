// Settings of this tab that outlive a reload: the controls marked with data-keep.

import { loadItem, saveItem } from "./store.js";

const NAME = "armusic-studio-settings";

/** @typedef {HTMLDetailsElement | HTMLButtonElement | HTMLInputElement | HTMLSelectElement} Control */

/** @param {Control} control */
function valueOf(control) {
  if (control instanceof HTMLDetailsElement) return String(control.open);
  if (control instanceof HTMLButtonElement) return control.getAttribute("aria-pressed");
  if (control instanceof HTMLInputElement && control.type === "checkbox") return String(control.checked);
  return control.value;
}

/** @param {Control} control @param {string} value */
function set(control, value) {
  if (value === undefined || valueOf(control) === value) return;
  if (control instanceof HTMLDetailsElement) control.open = value === "true";
  else if (control instanceof HTMLButtonElement || control.type === "checkbox") control.click();
  else if (!(control instanceof HTMLSelectElement) || [...control.options].some((option) => option.value === value)) {
    control.value = value;
    for (const type of ["input", "change"]) control.dispatchEvent(new Event(type));
  }
  if (control instanceof HTMLButtonElement) control.setAttribute("aria-pressed", value);
}

/** Set the controls as they were, and keep them from here on. */
export function keepSettings() {
  const controls = /** @type {Control[]} */ ([...document.querySelectorAll("[data-keep]")]);
  const values = loadItem(NAME) ?? {};
  for (const control of controls) set(control, values[control.id]);
  addEventListener("pagehide", () =>
    saveItem(NAME, Object.fromEntries(controls.map((control) => [control.id, valueOf(control)]))));
}
