// Undo and redo: a list of edits, of which one is the present. An edit is plain data and never changed.

export class History {
  constructor(present, past = [], future = []) {
    Object.assign(this, { past, present, future });
  }

  push(edit) {
    if (JSON.stringify(edit) === JSON.stringify(this.present)) return;
    this.past = [...this.past, this.present].slice(-100);
    this.present = edit;
    this.future = [];
  }

  undo() {
    if (this.past.length) this.future = [this.present, ...this.future];
    this.present = this.past.pop() ?? this.present;
    return this.present;
  }

  redo() {
    if (this.future.length) this.past = [...this.past, this.present];
    this.present = this.future.shift() ?? this.present;
    return this.present;
  }
}
