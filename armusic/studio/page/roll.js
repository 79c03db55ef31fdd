// The piano roll of the whole tune: the original in outline, the variation over it, and the selected measures.

/** @import { Paint } from "./canvas.js" */
/** @import { View } from "./state.js" */

import { choose, state } from "./app.js";
import { begin, clamp, colour, drag, fill, GUTTER, MOVES, write } from "./canvas.js";
import { canvas } from "./dom.js";
import { numbers, passing } from "./edit.js";
import * as hand from "./hand.js";
import { isFlat, pitchName } from "./notes.js";
import { measureOf } from "./time.js";
import { select } from "./timeline.js";

const BLACK_KEYS = [1, 3, 6, 8, 10];
const NAME = 11; // pixels that a pitch's name takes
/** The keys that are named, by how many semitones are at least between two of them. @type {[number, number[]][]} */
const NAMED = [[1, [0, 2, 4, 5, 7, 9, 11]], [3, [0, 4, 7]], [12, [0]]];

const roll = canvas("roll");
/** What was drawn last. @type {View} */
let view;
let cursor = 0;
/** The measure at which a selection began. @type {number | null} */
let anchor = null;
/** Whether the pointer is still where it went down, on the only selected measure. */
let deselects = false;
/** Whether the pointer edits notes. */
let writes = false;
/** Whether it was a finger's tap. */
let tapped = false;
/** What is unusual, by the numbers of measures from 1. @type {Record<string, string[]>} */
let odd = {};

drag(roll, (event, x, y, first) => {
  if (first) writes = hand.isOn() && x >= GUTTER;
  if (writes) return first ? hand.press(event, x, y) : hand.move(x, y);
  const index = cursor = view.ruler.measureAt(x);
  tapped = event.type === "pointerup";
  if (tapped) return;
  if (first) {
    deselects = String(state.selection) === String([index, index]);
    anchor = index;
  }
  if (index !== anchor) deselects = false;
  select(anchor ?? index, index);
}, (event) => {
  if (writes) hand.release(event);
  else if (tapped) tap();
  else if (deselects) choose(null);
}, true);

/** Select a measure by a tap, extend the selection by another one, and clear it by one inside of it. */
function tap() {
  const [from, to] = state.selection ?? [cursor, cursor];
  if (state.selection && cursor >= from && cursor <= to) choose(null);
  else choose([Math.min(from, cursor), Math.max(to, cursor)]);
}

roll.addEventListener("keydown", (event) => {
  if (hand.key(event, cursor)) return event.preventDefault();
  if (event.key === "Enter") hand.toggle(true);
  const by = MOVES[event.key];
  if (by === undefined) return;
  event.preventDefault();
  if (!event.shiftKey) anchor = null;
  else anchor ??= cursor;
  if (state.selection || event.shiftKey) cursor = clamp(cursor + by, 0, view.session.measures.length - 1);
  select(anchor ?? cursor, cursor);
});

roll.addEventListener("pointermove", ({ offsetX }) => {
  const title = odd[view.ruler.measureAt(offsetX) + 1]?.join(", ") ?? "";
  if (roll.title !== title) roll.title = title;
});

/** @param {View} next */
export function draw(next) {
  view = next;
  const { session, shown, original, selection, ruler, rollHeight: height } = view;
  odd = original ? {} : shown.unusual ?? {};
  cursor = Math.min(cursor, session.measures.length - 1);
  const paint = begin(roll, ruler.view, height);
  const pitches = [...session.notes, ...(original ? [] : shown.notes)].map((note) => note.pitch);
  const room = hand.isOn() ? 5 : 2;
  const low = Math.max(Math.min(...pitches) - room, 0);
  const high = Math.min(Math.max(...pitches, low + 14) + room, 127);
  const row = height / (high - low + 1);
  /** @param {number} pitch */
  const y = (pitch) => (high - pitch) * row;
  hand.update(view, (at) => clamp(high - Math.floor(at / row), 0, 127));

  for (let pitch = low; pitch <= high; pitch++) {
    if (BLACK_KEYS.includes(pitch % 12)) fill(paint, "black", 0, y(pitch), ruler.view, row);
  }
  ruler.mark(paint, selection, height);
  for (const index of Object.keys(odd).map((number) => Number(number) - 1)) {
    const [left, right] = [ruler.left(index), ruler.right(index)];
    paint.globalAlpha = 0.1;
    fill(paint, "odd", left, 0, right - left, height);
    paint.globalAlpha = 1;
    fill(paint, "odd", left + 1, height - 3, right - left - 1, 3);
  }
  session.measures.forEach((measure, index) => {
    if (!ruler.shows(measure)) return;
    const x = ruler.left(index);
    const beat = (ruler.right(index) - x) / measure.beats;
    for (let number = 1; number < measure.beats; number++) fill(paint, "beat", x + beat * number, 0, 1, height);
    if (passing(session, index)) fill(paint, "soft", x, 0, 3, height);
    else fill(paint, "line", x, 0, 1, height);
  });
  drawNotes(paint, y, row);
  drawKeyboard(paint, low, high, y, row);
  label();
}

/** @param {Paint} paint @param {(pitch: number) => number} y @param {number} row Height of a semitone. */
function drawNotes(paint, y, row) {
  const { session, shown, edit, original, ruler } = view;
  const gap = Math.min(row, 1.2);
  if (!original) {
    Object.assign(paint, { strokeStyle: colour("ghost"), lineWidth: 1.3 });
    for (const note of session.notes.filter((each) => ruler.shows(each))) {
      const length = Math.max(note.duration * ruler.scale - 2, 2);
      paint.strokeRect(ruler.x(note.start) + 1, y(note.pitch) + gap / 2, length, row - gap);
    }
  }
  const chosen = hand.chosen();
  paint.strokeStyle = colour("ink");
  for (const note of (original ? session.notes : hand.notes()).filter((each) => ruler.shows(each))) {
    const measure = measureOf(session.measures, note.start);
    const locked = !original && edit.by_hand[measure + 1];
    const changed = !original && (locked || shown.changed[measure]);
    const length = Math.max(note.duration * ruler.scale - 1.4, 2);
    paint.fillStyle = colour(changed ? "new" : "same");
    paint.globalAlpha = 0.55 + (0.45 * ("velocity" in note ? Number(note.velocity) : 80)) / 127;
    paint.beginPath();
    paint.roundRect(ruler.x(note.start) + 0.7, y(note.pitch) + 0.4, length, row - 0.8, Math.min(2.5, row / 2));
    paint.fill();
    paint.globalAlpha = 1;
    paint.lineWidth = note === chosen ? 2.5 : 1;
    if (locked || note === chosen) paint.stroke();
  }
}

/** Draw a keyboard at the left, over what is scrolled away, with as many names as there is room for.
 * @type {(paint: Paint, low: number, high: number, y: (pitch: number) => number, row: number) => void} */
function drawKeyboard(paint, low, high, y, row) {
  const [, named] = NAMED.find(([distance]) => distance * row >= NAME) ?? NAMED[2];
  const flat = isFlat(view.session.key);
  fill(paint, "card", 0, 0, GUTTER, y(low - 1));
  for (let pitch = low; pitch <= high; pitch++) {
    const key = pitch % 12;
    if (BLACK_KEYS.includes(key)) fill(paint, "soft", 0, y(pitch), GUTTER * 0.45, row);
    else if (key === 0 || key === 5) fill(paint, "line", 0, y(pitch - 1) - 0.5, GUTTER, 1);
    if (!named.includes(key)) continue;
    write(paint, key ? "soft" : "ink", pitchName(pitch, flat), GUTTER * 0.5, y(pitch) + row / 2 + 0.5);
  }
  fill(paint, "line", GUTTER - 1, 0, 1, y(low - 1));
}

function label() {
  const { session, shown, original, selection } = view;
  const notes = (original ? session : shown).notes.length;
  const changed = original ? 0 : shown.changed.filter(Boolean).length;
  const unusual = odd[cursor + 1] ? ` (${odd[cursor + 1].join(", ")})` : "";
  const selected = selection
    ? `; measures ${numbers(session, selection).join(" to ")} are selected${unusual}` : "";
  roll.ariaLabel =
    `Piano roll: ${session.measures.length} measures, ${notes} notes, ${changed} measures changed${selected}. ` +
    "Left and right arrows select a measure, with Shift several; Escape clears the selection. Enter edits notes.";
}
