// What outlives the page, in the browser's storage: the work on every tune, and what this tab shows.
// Every page writes work in a place of its own, so that two tabs with one tune never overwrite each other's.

/** @import { Reading, Session } from "./messages" */
/** @import { Edit, Selection } from "./edit.js" */

import { isNew } from "./edit.js";
import { MAX_STEPS, same } from "./history.js";

/** @typedef {{ name: string, edit: Edit, loop?: "open" | "closed" }} KeptVariation */

/**
 * @typedef {object} Source What a session was opened from.
 * @property {string} [example] Id of the example, if it is one.
 * @property {string} digest Of the file, by which it is stored.
 */

/**
 * @typedef {object} Work The work on a tune.
 * @property {Reading} reading How its file is read.
 * @property {number} pace
 * @property {number | null} instrument The program that plays the tune in place of its own.
 * @property {KeptVariation[]} kept
 * @property {Selection} selection
 * @property {boolean} original Whether the original is shown.
 * @property {Edit} present
 * @property {Edit[]} past
 * @property {Edit[]} future
 */

/** @typedef {Work & { time: number }} StoredWork */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Items */
/** @typedef {{ source: Source, id: string, page: string, tune: string, work: Work }} Tab What a tab shows. */

const NAME = "armusic-studio-4"; // another number where what is stored changes
const TAB = `${NAME} tab`;

/** Return what identifies a tune: the contents of its file, the melody, and how it is read.
 * @param {Pick<Session, "digest" | "reading" | "tracks">} session */
export function tuneOf({ digest, reading, tracks }) {
  const { track: _, tune: __, ...rest } = reading;
  const melody = tracks.find(({ selected }) => selected)?.id ?? "";
  return `${digest} ${melody} ${JSON.stringify(rest)}`;
}

/** Return work that has both: it goes on from the newer, and undo leads to the older.
 * @param {StoredWork} older @param {StoredWork} newer @returns {StoredWork} */
export function merge(older, newer) {
  const before = [...older.past, older.present];
  const after = [...newer.past, newer.present];
  let common = 0;
  while (common < Math.min(before.length, after.length) && same(before[common], after[common])) common++;
  const steps = [...before, ...after.slice(common)];
  if (same(steps[steps.length - 1], newer.present)) steps.pop();
  const others = older.kept.filter(({ edit }) => !newer.kept.some((variation) => same(variation.edit, edit)));
  return { ...newer, past: steps.slice(-MAX_STEPS), kept: [...newer.kept, ...others] };
}

/** Return whether work can go on with a tune: it may have been done with another model.
 * @param {Session} session @param {Work} work */
export function fits({ measures, values }, { present, past, future, kept, selection }) {
  const edits = [present, ...past, ...future, ...kept.map(({ edit }) => edit)];
  return (selection?.[1] ?? 0) < measures.length && edits.every((edit) =>
    Object.keys(edit.by_hand).every((number) => Number(number) <= measures.length) &&
    Object.entries(edit.shifts).every(([name, shifts]) => name in values && shifts.length === measures.length));
}

/** @param {{ work: StoredWork }} a @param {{ work: StoredWork }} b */
const byTime = (a, b) => a.work.time - b.work.time;

/** @param {Work} work */
const isWork = ({ past, present, future, kept, pace, instrument }) =>
  past.length + future.length + kept.length > 0 || !isNew(present) || pace !== 1 || instrument !== null;

export class Works {
  /** The tunes with work that is neither stored nor saved. @type {Set<string>} */
  unsaved = new Set();
  /** What could not be stored, as text by key. @type {Map<string, string>} */
  #memory = new Map();
  #storage;
  #page;

  /** @param {Storage | null} storage @param {string} page Name of this page among those that store work. */
  constructor(storage, page) {
    this.#storage = storage;
    this.#page = page;
  }

  /** Store work; return whether it is stored. @param {string} tune @param {Work} work @param {string} page */
  save(tune, work, page = this.#page) {
    const key = `${NAME} ${tune} ${page}`;
    const text = isWork(work) ? JSON.stringify({ ...work, time: Date.now() }) : null;
    const isStored = this.#write(key, text);
    if (isStored) this.#memory.delete(key);
    else if (text) this.#memory.set(key, text);
    this.unsaved[isStored ? "delete" : "add"](tune);
    return isStored;
  }

  /** Return the work on a tune, by all pages; null if there is none. From here on it is this page's.
   * @param {string} tune @param {(work: Work) => boolean} fits */
  load(tune, fits = () => true) {
    const entries = this.#entries(`${tune} `).filter(({ work }) => fits(work)).sort(byTime);
    if (!entries.length) return null;
    const work = entries.map((entry) => entry.work).reduce(merge);
    if (this.save(tune, work)) {
      for (const { key } of entries) if (!key.endsWith(` ${this.#page}`)) this.#storage?.removeItem(key);
    }
    return work;
  }

  /** Forget the work on a tune by a page that is gone. @param {string} tune @param {string} page */
  forget(tune, page) {
    this.#write(`${NAME} ${tune} ${page}`, null);
  }

  /** Return the work on all melodies of a file, by tune. @param {string} digest */
  ofFile(digest) {
    const tunes = new Set(this.#entries(`${digest} `).map(({ tune }) => tune));
    return [...tunes].map((tune) => ({ tune, work: /** @type {StoredWork} */ (this.load(tune)) }));
  }

  /** Write text, or remove it; if the storage is full, the undo steps go of the work that is unused for longest.
   * @param {string} key @param {string | null} text */
  #write(key, text) {
    for (;;) {
      try {
        if (text === null) this.#storage?.removeItem(key);
        else if (this.#storage) this.#storage.setItem(key, text);
        else return false;
        return true;
      } catch {
        const [oldest] = this.#entries("")
          .filter(({ work, ...entry }) => entry.key !== key && !this.#memory.has(entry.key) && work.past.length)
          .sort(byTime);
        if (!oldest || !this.#shorten(oldest)) return false;
      }
    }
  }

  /** Drop the undo steps of stored work; return whether that was possible.
   * @param {{ key: string, work: StoredWork }} entry */
  #shorten({ key, work }) {
    try {
      this.#storage?.setItem(key, JSON.stringify({ ...work, past: [], future: [] }));
      return true;
    } catch {
      return false; // where the browser stores nothing at all
    }
  }

  /** Return what is stored of the tunes that begin with some text. @param {string} start */
  #entries(start) {
    const keys = new Set([...Object.keys(this.#storage ?? {}), ...this.#memory.keys()]);
    return [...keys].filter((key) => key.startsWith(`${NAME} ${start}`) && key !== TAB).flatMap((key) => {
      const work = parse(this.#memory.get(key) ?? this.#storage?.getItem(key));
      return work?.present ? [{ key, tune: key.slice(NAME.length + 1, key.lastIndexOf(" ")), work }] : [];
    });
  }
}

/** Keep something while this tab is open; a duplicated tab has a copy. @param {string} key @param {any} item */
export function saveItem(key, item) {
  try {
    sessionStorage.setItem(key, JSON.stringify(item));
  } catch {
    // full or forbidden: the work on the tune is stored by itself
  }
}

/** Return what this tab keeps; null if it is nothing. @param {string} key @returns {any} */
export function loadItem(key) {
  try {
    return parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** @param {Tab} tab */
export const saveTab = (tab) => saveItem(TAB, tab);

/** @type {() => Tab | null} */
export const loadTab = () => loadItem(TAB);

/** @param {string | null | undefined} text */
function parse(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** The storage of works; null where the browser forbids it. */
export function localItems() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
