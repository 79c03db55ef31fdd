// A note under the pointer: it is moved, made longer by its end, or drawn anew where there was none.

/** @import { Ruler } from "./canvas.js" */
/** @import { Bar, Sound } from "./notes.js" */

import { fit, nearest, put, sameNote, times } from "./notes.js";

const STILL = 4; // pixels that a click may move
const REACH = 10; // pixels beside a note that a finger means it
/** @param {string} by Kind of pointer. */
const handle = (by) => (by === "touch" ? 14 : 7); // pixels at the end of a note by which it is made longer

/** @typedef {{ ruler: Ruler, pitchAt: (y: number) => number }} Space What a roll is drawn by. */

/** Return the note at a point.
 * @param {Space} space @param {Sound[]} notes @param {number} x @param {number} y @param {string} by */
export function noteAt({ ruler, pitchAt }, notes, x, y, by = "mouse") {
  const near = by === "touch" ? REACH : 0;
  const [low, pitch, high] = [y + near, y, y - near].map(pitchAt);
  const under = notes.filter((note) =>
    note.pitch >= low && note.pitch <= high &&
    x >= ruler.x(note.start) - near && x <= ruler.x(note.start + note.duration) + near);
  return under.sort((a, b) => Math.abs(a.pitch - pitch) - Math.abs(b.pitch - pitch))[0];
}

/** Return whether a point is at the end of a note.
 * @param {Space} space @param {Sound} note @param {number} x @param {string} by */
export const isEnd = ({ ruler }, { start, duration }, x, by = "mouse") =>
  x > ruler.x(start + duration) - Math.min(handle(by), (duration * ruler.scale) / 3);

export class Grip {
  /** The note as the pointer has it. @type {Sound} */
  note;
  /** All notes with it. @type {Sound[]} */
  notes;
  #longer = true;

  /** @param {{ bars: Bar[], notes: Sound[], steps: number[], duration: number }} hand What is there, where notes can
   * start and end, and how long a new one is.
   * @param {Space} space @param {string} by @param {number} x @param {number} y */
  constructor({ bars, notes, steps, duration }, space, by, x, y) {
    this.space = space;
    this.base = notes;
    this.steps = steps;
    this.ticks = times(bars);
    this.x = x;
    this.pitch = space.pitchAt(y);
    this.old = noteAt(space, this.base, x, y, by) ?? null;
    if (this.old) {
      this.start = this.old;
      this.#longer = isEnd(space, this.old, x, by);
    } else {
      const before = this.steps.slice(0, -1).filter((time) => time <= space.ruler.quarter(x));
      const start = before.at(-1) ?? this.ticks[0];
      this.start = fit(this.ticks, { start, duration, pitch: this.pitch });
    }
    this.note = this.start;
    this.notes = this.old ? this.base : put(this.base, this.note);
  }

  /** @param {number} x @param {number} y */
  move(x, y) {
    const next = { ...this.start };
    const far = Math.abs(x - this.x) > STILL ? (x - this.x) / this.space.ruler.scale : 0;
    if (!this.#longer) next.pitch += this.space.pitchAt(y) - this.pitch;
    if (far && this.#longer) next.duration = nearest(this.steps, next.start + next.duration + far) - next.start;
    if (far && !this.#longer) next.start = nearest(this.steps.slice(0, -1), next.start + far);
    this.note = fit(this.ticks, next);
    const { old } = this;
    this.notes = old && sameNote(old, this.note) ? this.base : put(this.base, this.note, old);
  }
}
