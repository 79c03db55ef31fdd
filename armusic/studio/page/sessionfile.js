// Sessions as files: JSON with the music in it and the work on its melodies, the open one first.

/** @import { Edit } from "./edit.js" */
/** @import { Work } from "./store.js" */

import { emptyEdit } from "./edit.js";
import { MAX_STEPS } from "./history.js";

const VERSION = 1; // another number where an older armusic could not read it
const MAX_NAME = 80;
const PROGRAMS = 128;

/** @typedef {Work & { melody: string }} MelodyWork Work with the part of the name of its tune after the digest. */

/**
 * @typedef {object} SavedSession
 * @property {string} name Name of the music's file.
 * @property {Uint8Array<ArrayBuffer>} bytes Its contents.
 * @property {MelodyWork[]} works
 */

/** Whether a file is a session, by its name. @param {string} name */
export const isSession = (name) => /\.(armusic|json)$/i.test(name);

/** @param {SavedSession} session */
export const toText = ({ name, bytes, works }) =>
  JSON.stringify({ armusic: "session", version: VERSION, name, music: toBase64(bytes), works });

/** Return the session in a file's text; throws what is wrong with it in one line.
 * @param {string} text
 * @param {string} label Name of the file.
 * @returns {SavedSession} */
export function fromText(text, label) {
  const refusal = new Error(`${label}: damaged, or no session of armusic studio`);
  let saved;
  try {
    saved = JSON.parse(text);
  } catch {
    throw refusal;
  }
  if (saved?.armusic !== "session" || !Number.isInteger(saved.version)) throw refusal;
  if (saved.version > VERSION) {
    const versions = `its version is ${saved.version}, and up to ${VERSION} can be read`;
    throw new Error(`${label}: saved by a later armusic (${versions}): update armusic to open it`);
  }
  try {
    const works = array(saved.works).map(checkedWork);
    check(works.length > 0 && typeof saved.name === "string" && saved.name);
    return { name: saved.name, bytes: toBytes(saved.music), works };
  } catch {
    throw refusal;
  }
}

/** @param {any} condition */
function check(condition) {
  if (!condition) throw new TypeError("not as it should be");
}

/** @param {any} value @returns {any[]} */
function array(value) {
  check(Array.isArray(value));
  return value;
}

/** @param {any} value @returns {Record<string, any>} */
function record(value) {
  check(typeof value === "object" && value !== null && !Array.isArray(value));
  return value;
}

/** @param {any} work @returns {MelodyWork} */
function checkedWork(work) {
  const { melody, reading, pace, instrument = null, selection, original, kept } = record(work);
  check(typeof melody === "string" && Number.isFinite(pace) && pace > 0);
  check(instrument === null || (Number.isInteger(instrument) && instrument >= 0 && instrument < PROGRAMS));
  if (selection) check(selection.length === 2 && selection.every(Number.isInteger) && selection[0] >= 0);
  const [past, future] = [work.past, work.future].map((steps) => array(steps).slice(-MAX_STEPS).map(checkedEdit));
  const variations = array(kept).map(({ name, edit, loop }) => {
    check(typeof name === "string" && name && [undefined, "open", "closed"].includes(loop));
    return { name: name.slice(0, MAX_NAME), edit: checkedEdit(edit), ...(loop && { loop }) };
  });
  return {
    melody, reading: /** @type {Work["reading"]} */ (record(reading)), pace, instrument, kept: variations,
    selection: selection ?? null, original: original === true, present: checkedEdit(work.present), past, future,
  };
}

/** Return an edit with the fields that are known, the missing ones as in a new edit.
 * @param {any} edit @returns {Edit} */
function checkedEdit(edit) {
  const fields = Object.entries(emptyEdit()).map(([name, value]) => [name, record(edit)[name] ?? value]);
  const checked = Object.fromEntries(fields);
  for (const shifts of Object.values(record(checked.shifts))) {
    check(array(shifts).every((shift) => shift === null || Number.isFinite(shift)));
  }
  for (const notes of Object.values(record(checked.by_hand))) {
    check(array(notes).every((note) => Object.values(record(note)).every(Number.isFinite)));
  }
  check(array(checked.locks).every((lock) => typeof lock === "string"));
  check(checked.natural >= 0 && checked.natural <= 1 && typeof checked.key === "string");
  check(checked.seed === null || Number.isInteger(checked.seed));
  check(checked.measures === null || array(checked.measures).every(Number.isInteger));
  return checked;
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += 8192) chunks.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(chunks.join(""));
}

/** @param {string} text */
const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
