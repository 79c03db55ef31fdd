// The piano roll of the whole tune: the original as a ghost, the variation on it, and the selected measures.

import { begin, colours, drag } from "./canvas.js";

const HEAD = 20;
const BLACK = [1, 3, 6, 8, 10];

export class Roll {
  constructor(canvas, onSelect) {
    Object.assign(this, { canvas, onSelect, cursor: 0, anchor: null });
    drag(canvas, (event, x, _, first) => {
      const place = this.ruler.place(x);
      if (event.pointerType === "touch") {
        this.cursor = place; // a finger scrolls
        return;
      }
      if (first) this.again = this.selection && this.selection[0] === place && this.selection[1] === place;
      this.anchor = first ? place : this.anchor;
      if (place !== this.anchor) this.again = false;
      this.cursor = place;
      this.#select(this.anchor, place);
    }, (event) => {
      if (event.pointerType === "touch") this.#tap(event);
      else if (this.again) onSelect(null);
    });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #select(from, to) {
    this.onSelect([Math.min(from, to), Math.max(from, to)]);
  }

  // A tap picks a measure, a second one elsewhere picks all between, one on what is picked lets go.
  #tap({ type }) {
    const [from, to] = this.selection ?? [this.cursor, this.cursor];
    if (type !== "pointerup") return;
    if (this.selection && this.cursor >= from && this.cursor <= to) this.onSelect(null);
    else this.onSelect([Math.min(from, this.cursor), Math.max(to, this.cursor)]);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") this.onSelect(null);
    if (step === undefined) return;
    event.preventDefault();
    const last = this.ruler.measures.length - 1;
    if (!event.shiftKey) this.anchor = null;
    this.anchor ??= event.shiftKey ? this.cursor : null;
    this.cursor = this.selection || event.shiftKey ? Math.min(Math.max(this.cursor + step, 0), last) : this.cursor;
    this.#select(this.anchor ?? this.cursor, this.cursor);
  }

  draw({ session, shown, original, selection, ruler, height }) {
    Object.assign(this, { ruler, selection, cursor: Math.min(this.cursor, session.measures.length - 1) });
    const { canvas } = this;
    const width = ruler.width;
    const paint = begin(canvas, width, height);
    const colour = colours();
    const every = original ? session.notes : [...session.notes, ...shown.notes];
    const pitches = every.map((note) => note.pitch);
    const low = Math.min(...pitches) - 2;
    const high = Math.max(...pitches, low + 14) + 2;
    const row = (height - HEAD) / (high - low + 1);
    const y = (pitch) => HEAD + (high - pitch) * row;
    const rest = Math.min(row, 1.2);

    paint.fillStyle = colour("black");
    for (let pitch = low; pitch <= high; pitch++) if (BLACK.includes(pitch % 12)) paint.fillRect(0, y(pitch), width, row);
    if (selection) {
      paint.fillStyle = colour("pick");
      paint.fillRect(ruler.left(selection[0]), 0, ruler.right(selection[1]) - ruler.left(selection[0]), height);
    }
    this.#measures(paint, colour, session, height);

    if (!original) {
      paint.strokeStyle = colour("ghost");
      paint.lineWidth = 1.3;
      for (const note of session.notes) {
        paint.strokeRect(ruler.x(note.start) + 1, y(note.pitch) + rest / 2, Math.max(ruler.x(note.duration) - 2, 2), row - rest);
      }
    }
    for (const note of original ? session.notes : shown.notes) {
      const changed = !original && shown.changed[note.measure - 1];
      paint.fillStyle = colour(changed ? "new" : "same");
      paint.globalAlpha = 0.55 + (0.45 * note.velocity) / 127;
      paint.beginPath();
      paint.roundRect(ruler.x(note.start) + 0.7, y(note.pitch) + 0.4, Math.max(ruler.x(note.duration) - 1.4, 2), row - 0.8, Math.min(2.5, row / 2));
      paint.fill();
    }
    paint.globalAlpha = 1;
    this.#label(session, shown, original);
  }

  #measures(paint, colour, session, height) {
    const { ruler } = this;
    paint.font = "11px system-ui, sans-serif";
    paint.textBaseline = "middle";
    let free = -Infinity;
    session.measures.forEach((measure, place) => {
      const x = ruler.left(place);
      paint.fillStyle = colour("beat");
      for (let beat = 1; beat < measure.beats; beat++) paint.fillRect(x + ((ruler.right(place) - x) * beat) / measure.beats, HEAD, 1, height);
      paint.fillStyle = colour("line");
      paint.fillRect(x, 0, 1, height);
      const metre = place === 0 || session.measures[place - 1].metre !== measure.metre;
      const name = metre ? `${place + 1}  ${measure.metre}` : `${place + 1}`;
      paint.fillStyle = colour("soft");
      if (x < free) return;
      paint.fillText(name, x + 5, HEAD / 2 + 1);
      free = x + paint.measureText(name).width + 10;
    });
    paint.fillStyle = colour("line");
    paint.fillRect(0, HEAD - 0.5, ruler.width, 1);
  }

  #label(session, shown, original) {
    const { selection, canvas } = this;
    const notes = original ? session.notes.length : shown.notes.length;
    const changed = original ? 0 : shown.changed.filter(Boolean).length;
    const picked = selection ? `; measures ${selection[0] + 1} to ${selection[1] + 1} are selected` : "";
    canvas.setAttribute("aria-label", `Piano roll: ${session.measures.length} measures, ${notes} notes, ${changed} measures changed${picked}. ` +
      "Left and right select a measure, with Shift more; Escape selects none.");
  }
}
