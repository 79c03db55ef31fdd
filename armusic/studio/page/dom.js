// Elements of the page, by their ids or new.

/** @param {string} id */
export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
export const button = (id) => /** @type {HTMLButtonElement} */ ($(id));

/** @param {string} id */
export const canvas = (id) => /** @type {HTMLCanvasElement} */ ($(id));

/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ ($(id));

/** @param {string} id */
export const select = (id) => /** @type {HTMLSelectElement} */ ($(id));

/** Show whether a button is pressed. @param {string} id @param {boolean} pressed */
export const press = (id, pressed) => ($(id).ariaPressed = String(pressed));

/** Append a new element to a parent.
 * @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {Element} parent
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties @returns {HTMLElementTagNameMap[Tag]} */
export const make = (tag, parent, properties = {}) =>
  Object.assign(parent.appendChild(document.createElement(tag)), properties);

/** List lines, unless they stand there already. @param {string} id @param {string[]} lines */
export function list(id, lines) {
  const items = [...$(id).children].map(({ textContent }) => textContent);
  if (items.join("\n") === lines.join("\n")) return;
  $(id).replaceChildren();
  for (const textContent of lines) make("li", $(id), { textContent });
}

/** Call `slide` while a slider moves, and once more, settled, when it is released. A finger that swipes over it scrolls
 * the page: then the slider, which jumps to every finger, goes back.
 * @param {HTMLInputElement} slider @param {(settled: boolean) => void} slide */
export function onSlide(slider, slide) {
  /** Where a finger is that has not slid yet. @type {PointerEvent | null} */
  let resting = null;
  let swiped = false;
  let before = "";
  slider.addEventListener("pointerdown", (event) => {
    resting = event.pointerType === "touch" ? event : null;
    [before, swiped] = [slider.value, false];
  });
  slider.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (resting && Math.abs(clientX - resting.clientX) > Math.abs(clientY - resting.clientY)) resting = null;
  });
  slider.addEventListener("pointerup", () => (resting = null));
  slider.addEventListener("pointercancel", () => {
    swiped = resting !== null;
    resting = null;
    if (swiped) slider.value = before;
  });
  slider.addEventListener("keydown", () => (swiped = false));
  slider.addEventListener("input", () => {
    if (!resting && !swiped) slide(false);
  });
  slider.addEventListener("change", () => {
    if (swiped) slider.value = before;
    else slide(true);
  });
}
