// Keys that work everywhere on the page.

/** @typedef {"play" | "press" | "clear" | "undo" | "redo"} Command */

const TEXT = 'textarea, [contenteditable="true"], input:is([type="text"], [type="search"], :not([type]))';
const CHECKBOX = 'input[type="checkbox"]';

/** Return what a key is to do; null if it is left to the element that has the focus. Space plays wherever it would not
 * be typed, so Enter presses what is no button as well.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @param {Pick<Element, "matches">} target @returns {Command | null} */
export function command({ key, ctrlKey, metaKey, altKey, shiftKey }, target) {
  const inText = target.matches(TEXT);
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    if (inText || target.matches('input[type="number"]')) return null;
    if (letter === "z") return shiftKey ? "redo" : "undo";
    return letter === "y" ? "redo" : null;
  }
  if (key === " " && !altKey && !inText) return "play";
  if (key === "Enter" && target.matches(CHECKBOX)) return "press";
  return key === "Escape" ? "clear" : null;
}

/** @param {Record<"play" | "clear" | "undo" | "redo", () => void>} acts
 * @param {() => boolean} ready Whether a tune is open. */
export function wireKeys(acts, ready) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const act = ready() ? command(event, target) : null;
    if (!act) return;
    if (act === "clear") return acts.clear(); // it may have to close something as well
    event.preventDefault();
    event.stopPropagation();
    if (act === "press") target.click();
    else if (act !== "play") acts[act]();
    else if (!event.repeat) {
      if (target.matches('input[type="number"]')) {
        target.blur(); // what was typed counts
        target.focus();
      }
      acts.play();
    }
  }, { capture: true });
  // Firefox presses a button when the key goes up.
  document.addEventListener("keyup", (event) => {
    if (ready() && command(event, /** @type {HTMLElement} */ (event.target)) === "play") event.preventDefault();
  }, { capture: true });
}
