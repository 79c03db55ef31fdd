// The notes of measures as text.

/** @import { MeasureInfo, Note } from "./messages" */
/** @import { Situation } from "./state.js" */

import { $, list } from "./dom.js";
import { isFlat, pitchName } from "./notes.js";

/** @param {number} beats */
const count = (beats) => String(Math.round(beats * 100) / 100);

/** Return the notes of a measure as text: where they begin, counted in beats from 1, and how many beats they last.
 * @param {MeasureInfo} measure @param {Note[]} notes */
export function inWords({ start, length, beats }, notes, flat = false) {
  const beat = length / beats;
  const words = notes.map((note) =>
    `${pitchName(note.pitch, flat)} on ${count((note.start - start) / beat + 1)}` +
    ` for ${count(note.duration / beat)}`);
  return words.join(", ") || "no note begins in it";
}

/** List the notes of the selected measures, or of all. @param {Situation} situation */
export function listNotes({ session, shown, original, selection }) {
  if (!(/** @type {HTMLDetailsElement} */ ($("notes-box")).open)) return;
  const [first, last] = selection ?? [0, session.measures.length - 1];
  const { notes } = original ? session : shown;
  list("notes", session.measures.slice(first, last + 1).map((measure, index) => {
    const own = notes.filter((note) => note.measure === first + index + 1);
    const changed = !original && shown.changed[first + index] ? ", changed" : "";
    const odd = (!original && shown.unusual?.[first + index + 1]) || [];
    return `Measure ${measure.number}${changed}: ${[inWords(measure, own, isFlat(session.key)), ...odd].join("; ")}`;
  }));
}
