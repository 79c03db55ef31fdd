// Notes and their names, as plain data that is never changed.

/** @import { HandNote, MeasureInfo } from "./messages" */

/** @typedef {HandNote} Sound A note: start and duration in quarter notes, and pitch. */
/** @typedef {Pick<MeasureInfo, "start" | "length" | "metre" | "beats" | "grid" | "number">} Bar */

import { measureOf } from "./time.js";

const LETTERS = "FCGDAEB"; // rising fifths
const FIFTHS = { lydian: -1, major: 0, mixolydian: 1, dorian: 2, minor: 3, phrygian: 4, locrian: 5 };
const SHARPS = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const FLATS = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"];

/** Return whether a key, such as `D:minor`, has flats. @param {string} key */
export function isFlat(key) {
  const [tonic, mode] = key.split(":");
  const sign = { b: -7, "#": 7 }[tonic[1]] ?? 0;
  return LETTERS.indexOf(tonic[0]) - 1 + sign < FIFTHS[/** @type {keyof typeof FIFTHS} */ (mode)];
}

/** Return the name of a pitch, with its octave: C4 is middle C. @param {number} pitch @param {boolean} flat */
export const pitchName = (pitch, flat = false) => `${(flat ? FLATS : SHARPS)[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

const NEAR = 1e-3; // quarter notes: what rounding takes from a time
/** @param {number} a @param {number} b */
export const sameTime = (a, b) => Math.abs(a - b) < NEAR;

/** @param {Sound} a @param {Sound} b */
export const sameNote = (a, b) =>
  a.pitch === b.pitch && sameTime(a.start, b.start) && sameTime(a.duration, b.duration);

/** @param {Sound} note */
const end = ({ start, duration }) => start + duration;

/** Return where notes can start, in the order of time, and last where they end at the latest.
 * @param {Bar[]} bars
 * @param {number} parts Into how many a simple beat is divided, 3 or 4; 0 for both. */
export function times(bars, parts = 0) {
  const starts = bars.flatMap(({ start, length, metre, beats, grid }) => {
    const compound = Number(metre.split("/")[0]) === 3 * beats;
    /** @param {number} offset */
    const fits = (offset) => {
      const part = (offset * beats * parts) / length;
      return compound || Math.abs(part - Math.round(part)) < NEAR;
    };
    return grid.slice(0, -1).filter(fits).map((offset) => start + offset);
  });
  const { start, grid } = bars[bars.length - 1];
  return [...starts, start + grid[grid.length - 1]];
}

/** Return the nearest of some times. @param {number[]} times @param {number} time */
export const nearest = (times, time) =>
  times.reduce((best, each) => (Math.abs(each - time) < Math.abs(best - time) - 1e-9 ? each : best));

/** Return the time that is so many steps later, or earlier.
 * @param {number[]} times @param {number} time @param {number} count */
export function step(times, time, count) {
  const before = times.filter((each) => each < time - NEAR).length;
  const on = before < times.length && times[before] - time < NEAR;
  const index = before + count - (count > 0 && !on ? 1 : 0);
  return times[Math.min(Math.max(index, 0), times.length - 1)];
}

/** Return a note as the grid holds it: it starts and ends at ticks, and is at least one long.
 * @param {number[]} times All of them.
 * @param {Sound} note @returns {Sound} */
export function fit(times, { start, duration, pitch }) {
  const from = nearest(times.slice(0, -1), start);
  const until = Math.max(nearest(times, from + duration), step(times, from, 1));
  return { start: from, duration: until - from, pitch: Math.min(Math.max(pitch, 0), 127) };
}

/** Put a note in the place of another one, or anew: what else sounds then is cut short.
 * @param {Sound[]} notes
 * @param {Sound | null} note Null to delete the other one.
 * @param {Sound | null} old @returns {Sound[]} */
export function put(notes, note, old = null) {
  const others = notes.filter((each) => each !== old);
  if (!note) return others;
  const rest = others.flatMap((other) => {
    if (end(other) < note.start + NEAR || other.start > end(note) - NEAR) return [other];
    if (other.start < note.start - NEAR) return [{ ...other, duration: note.start - other.start }];
    const later = end(other) - end(note);
    return later < NEAR ? [] : [{ ...other, start: end(note), duration: later }];
  });
  return [...rest, note].sort((a, b) => a.start - b.start);
}

/** Return a note to add: after a chosen one, where there is silence, or else its second half; in a silent tune the
 * first beat of a measure. Null where a note is too short to be halved.
 * @param {Bar[]} bars @param {Sound[]} notes @param {Sound | undefined} chosen
 * @param {number} index Of the measure.
 * @returns {Sound | null} */
export function another(bars, notes, chosen, index) {
  const ticks = times(bars);
  if (!chosen) {
    const { start, grid, length, beats } = bars[index];
    const beat = { start: start + grid[0], duration: length / beats, pitch: notes[0]?.pitch ?? 67 };
    return fit(ticks, beat);
  }
  const next = notes.find(({ start }) => start > chosen.start + NEAR);
  const room = (next?.start ?? ticks[ticks.length - 1]) - end(chosen);
  if (room > NEAR) return fit(ticks, { ...chosen, start: end(chosen), duration: Math.min(chosen.duration, room) });
  const half = nearest(ticks, chosen.start + chosen.duration / 2);
  if (half < chosen.start + NEAR || half > end(chosen) - NEAR) return null;
  return { ...chosen, start: half, duration: end(chosen) - half };
}

/** Return what sounds in a measure, and as text what of it is its own: what is held over its start has no pitch.
 * @param {Bar} bar @param {Sound[]} notes */
function cut({ start, length }, notes) {
  const inside = notes.filter((note) => note.start < start + length - NEAR && end(note) > start + NEAR);
  const text = inside.map((note) => {
    const held = note.start < start - NEAR;
    const [from, until] = held ? [start, Math.min(end(note), start + length)] : [note.start, end(note)];
    return [from.toFixed(3), until.toFixed(3), held ? "held" : note.pitch].join(" ");
  });
  return { inside, text: text.join() };
}

/** Return the measures that a change makes different, as they are after it: for `by_hand` of an edit.
 * @param {Bar[]} bars @param {Sound[]} before @param {Sound[]} after @returns {Record<string, Sound[]>} */
export function byHand(bars, before, after) {
  const changed = bars.flatMap((bar, index) => {
    const now = cut(bar, after);
    if (cut(bar, before).text === now.text) return [];
    return [[index + 1, now.inside.map(({ start, duration, pitch }) => ({ start, duration, pitch }))]];
  });
  return Object.fromEntries(changed);
}

const PARTS = ["", "1/12", "1/6", "1/4", "1/3", "5/12", "1/2", "7/12", "2/3", "3/4", "5/6", "11/12"];

/** @param {number} value */
function mixed(value) {
  const twelfths = Math.round(value * 12);
  return [Math.floor(twelfths / 12) || "", PARTS[twelfths % 12]].filter(Boolean).join(" ") || "0";
}

/** Return a note in words. @param {Bar[]} bars @param {Sound} note @param {boolean} flat */
export function words(bars, { start, duration, pitch }, flat) {
  const bar = bars[measureOf(bars, start)];
  const beat = bar.length / bar.beats;
  const place = mixed((start - bar.start) / beat + 1);
  const long = `${mixed(duration / beat)} beat${duration > beat + NEAR ? "s" : ""}`;
  return `${pitchName(pitch, flat)}, measure ${bar.number}, beat ${place}, ${long}`;
}
