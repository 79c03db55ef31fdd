// Undo and redo. A step is a gesture, not each of its changes.

/** @import { Edit } from "./edit.js" */

export const MAX_STEPS = 100;

export class History {
  /** The gesture that led to the present edit, as long as nothing else happened. @type {number | null} */
  #gesture = null;

  /** @param {Edit} present @param {Edit[]} past @param {Edit[]} future */
  constructor(present, past = [], future = []) {
    this.present = present;
    this.past = past;
    this.future = future;
  }

  /** Add an edit; another one of the same gesture takes the place of the one before.
   * @param {Edit} edit @param {number | null} gesture */
  push(edit, gesture = null) {
    if (same(edit, this.present)) return;
    const goesOn = gesture !== null && gesture === this.#gesture;
    const isBack = goesOn && same(edit, this.past.at(-1));
    if (!goesOn) this.past = [...this.past, this.present].slice(-MAX_STEPS);
    if (isBack) this.past = this.past.slice(0, -1);
    this.#gesture = isBack ? null : gesture;
    this.present = edit;
    this.future = [];
  }

  /** Take the present edit back for good. */
  drop() {
    const edit = this.undo();
    this.future = this.future.slice(1);
    return edit;
  }

  undo() {
    this.#gesture = null;
    const edit = this.past.pop();
    if (edit) {
      this.future = [this.present, ...this.future];
      this.present = edit;
    }
    return this.present;
  }

  redo() {
    this.#gesture = null;
    const edit = this.future.shift();
    if (edit) {
      this.past = [...this.past, this.present];
      this.present = edit;
    }
    return this.present;
  }
}

/** @param {Edit | undefined} a @param {Edit | undefined} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
