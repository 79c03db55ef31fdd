// What outlives a reload, in this tab only: the file, its edits, and the variations that were kept.

/** @import { Reading } from "./messages" */
/** @import { Edit, Selection } from "./edit.js" */

/** @typedef {{ name: string, edit: Edit }} KeptVariation */

/**
 * @typedef {object} Source What a session was opened from: an example or a file.
 * @property {string} [example] Id of the example.
 * @property {string} [name] Name of the file.
 * @property {string | null} [file] Contents of the file in base64; null if they are too large to store.
 * @property {Reading} [reading]
 */

/**
 * @typedef {object} Work
 * @property {string} id Id of the session.
 * @property {number} pace
 * @property {KeptVariation[]} kept
 * @property {Selection} selection
 * @property {Edit} present
 * @property {Edit[]} past
 * @property {Edit[]} future
 */

const NAME = "armusic-studio-3"; // another number where what is stored changes
const MAX_LENGTH = 3_000_000;

/** @param {Source & Work} work */
export function save(work) {
  try {
    const text = JSON.stringify(work);
    sessionStorage.setItem(NAME, text.length > MAX_LENGTH ? JSON.stringify({ ...work, file: null }) : text);
  } catch {
    sessionStorage.removeItem(NAME); // full: the page works on, but nothing outlives a reload
  }
}

/** @returns {(Source & Work) | null} */
export function load() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
export function toText(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += 8192) chunks.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(chunks.join(""));
}

/** @param {string} text */
export const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
