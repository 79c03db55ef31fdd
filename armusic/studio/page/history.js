// Undo and redo.

/** @import { Edit } from "./edit.js" */

const MAX_STEPS = 100;

export class History {
  /**
   * @param {Edit} present
   * @param {Edit[]} past
   * @param {Edit[]} future
   */
  constructor(present, past = [], future = []) {
    this.present = present;
    this.past = past;
    this.future = future;
  }

  /** @param {Edit} edit */
  push(edit) {
    if (JSON.stringify(edit) === JSON.stringify(this.present)) return;
    this.past = [...this.past, this.present].slice(-MAX_STEPS);
    this.present = edit;
    this.future = [];
  }

  undo() {
    const edit = this.past.pop();
    if (edit) {
      this.future = [this.present, ...this.future];
      this.present = edit;
    }
    return this.present;
  }

  redo() {
    const edit = this.future.shift();
    if (edit) {
      this.past = [...this.past, this.present];
      this.present = edit;
    }
    return this.present;
  }
}
