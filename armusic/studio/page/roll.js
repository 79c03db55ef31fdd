// The piano roll of the whole tune: the original in outline, the variation over it, and the selected measures.

/** @import { Session } from "./messages" */
/** @import { Colours } from "./canvas.js" */
/** @import { Selection } from "./edit.js" */
/** @import { Shown, View } from "./state.js" */

import { begin, clamp, colours, drag, Ruler } from "./canvas.js";
import { numbers } from "./edit.js";

const HEAD = 20;
const BLACK_KEYS = [1, 3, 6, 8, 10];
/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export class Roll {
  ruler = new Ruler([{ start: 0, length: 1 }], 1);
  cursor = 0;
  /** @type {Selection} */
  selection = null;
  /** The measure at which a selection began. @type {number | null} */
  #anchor = null;
  /** Whether the pointer is still where it went down, on the only selected measure. */
  #deselects = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(selection: Selection) => void} onSelect
   */
  constructor(canvas, onSelect) {
    this.canvas = canvas;
    this.onSelect = onSelect;
    drag(canvas, (event, x, _, first) => {
      const index = this.ruler.measureAt(x);
      if (event.pointerType === "touch") {
        this.cursor = index; // a finger scrolls
        return;
      }
      if (first) {
        this.#deselects = this.selection !== null && this.selection[0] === index && this.selection[1] === index;
        this.#anchor = index;
      }
      if (index !== this.#anchor) this.#deselects = false;
      this.cursor = index;
      this.#select(this.#anchor ?? index, index);
    }, (event) => {
      if (event.pointerType === "touch") this.#tap(event);
      else if (this.#deselects) onSelect(null);
    });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #select(from, to) {
    this.onSelect([Math.min(from, to), Math.max(from, to)]);
  }

  /**
   * Select a measure by a tap, extend the selection by another one, and clear it by one inside of it.
   * @param {PointerEvent} event
   */
  #tap({ type }) {
    const [from, to] = this.selection ?? [this.cursor, this.cursor];
    if (type !== "pointerup") return;
    if (this.selection && this.cursor >= from && this.cursor <= to) this.onSelect(null);
    else this.onSelect([Math.min(from, this.cursor), Math.max(to, this.cursor)]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = MOVES[event.key];
    if (event.key === "Escape") this.onSelect(null);
    if (step === undefined) return;
    event.preventDefault();
    const last = this.ruler.measures.length - 1;
    if (!event.shiftKey) this.#anchor = null;
    else this.#anchor ??= this.cursor;
    if (this.selection || event.shiftKey) this.cursor = clamp(this.cursor + step, 0, last);
    this.#select(this.#anchor ?? this.cursor, this.cursor);
  }

  /** @param {View} view */
  draw({ session, shown, original, selection, ruler, rollHeight: height }) {
    this.ruler = ruler;
    this.selection = selection;
    this.cursor = Math.min(this.cursor, session.measures.length - 1);
    const width = ruler.width;
    const paint = begin(this.canvas, width, height);
    const colour = colours();
    const pitches = [...session.notes, ...(original ? [] : shown.notes)].map((note) => note.pitch);
    const low = Math.min(...pitches) - 2;
    const high = Math.max(...pitches, low + 14) + 2;
    const row = (height - HEAD) / (high - low + 1);
    /** @param {number} pitch */
    const y = (pitch) => HEAD + (high - pitch) * row;
    const gap = Math.min(row, 1.2);

    paint.fillStyle = colour("black");
    for (let pitch = low; pitch <= high; pitch++) {
      if (BLACK_KEYS.includes(pitch % 12)) paint.fillRect(0, y(pitch), width, row);
    }
    if (selection) {
      const left = ruler.left(selection[0]);
      paint.fillStyle = colour("pick");
      paint.fillRect(left, 0, ruler.right(selection[1]) - left, height);
    }
    this.#measures(paint, colour, session, height);

    if (!original) {
      paint.strokeStyle = colour("ghost");
      paint.lineWidth = 1.3;
      for (const note of session.notes) {
        const length = Math.max(ruler.x(note.duration) - 2, 2);
        paint.strokeRect(ruler.x(note.start) + 1, y(note.pitch) + gap / 2, length, row - gap);
      }
    }
    for (const note of original ? session.notes : shown.notes) {
      const changed = !original && shown.changed[note.measure - 1];
      const length = Math.max(ruler.x(note.duration) - 1.4, 2);
      const radius = Math.min(2.5, row / 2);
      paint.fillStyle = colour(changed ? "new" : "same");
      paint.globalAlpha = 0.55 + (0.45 * note.velocity) / 127;
      paint.beginPath();
      paint.roundRect(ruler.x(note.start) + 0.7, y(note.pitch) + 0.4, length, row - 0.8, radius);
      paint.fill();
    }
    paint.globalAlpha = 1;
    this.#label(session, shown, original);
  }

  /**
   * @param {CanvasRenderingContext2D} paint
   * @param {Colours} colour
   * @param {Session} session
   * @param {number} height
   */
  #measures(paint, colour, session, height) {
    const { ruler } = this;
    paint.font = "11px system-ui, sans-serif";
    paint.textBaseline = "middle";
    let free = -Infinity;
    session.measures.forEach((measure, index) => {
      const x = ruler.left(index);
      const width = ruler.right(index) - x;
      paint.fillStyle = colour("beat");
      for (let beat = 1; beat < measure.beats; beat++) {
        paint.fillRect(x + (width * beat) / measure.beats, HEAD, 1, height);
      }
      paint.fillStyle = colour("line");
      paint.fillRect(x, 0, 1, height);
      const newMetre = index === 0 || session.measures[index - 1].written !== measure.written;
      const name = newMetre ? `${measure.number}  ${measure.written}` : measure.number;
      paint.fillStyle = colour("soft");
      if (x < free) return;
      paint.fillText(name, x + 5, HEAD / 2 + 1);
      free = x + paint.measureText(name).width + 10;
    });
    paint.fillStyle = colour("line");
    paint.fillRect(0, HEAD - 0.5, ruler.width, 1);
  }

  /**
   * @param {Session} session
   * @param {Shown} shown
   * @param {boolean} original
   */
  #label(session, shown, original) {
    const { selection, canvas } = this;
    const notes = original ? session.notes.length : shown.notes.length;
    const changed = original ? 0 : shown.changed.filter(Boolean).length;
    const selected = selection ? `; measures ${numbers(session, selection).join(" to ")} are selected` : "";
    canvas.setAttribute(
      "aria-label",
      `Piano roll: ${session.measures.length} measures, ${notes} notes, ${changed} measures changed${selected}. ` +
        "Left and right arrows select a measure, with Shift several; Escape clears the selection.",
    );
  }
}
