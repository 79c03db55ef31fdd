// The state of the page: what is kept between two drawings of it.

/** @import { ModelInfo, Note, PoolStatus, Session, Variation } from "./messages" */
/** @import { Ruler } from "./canvas.js" */
/** @import { Edit, Selection } from "./edit.js" */
/** @import { KeptVariation, Source } from "./store.js" */

import { emptyEdit } from "./edit.js";
import { History } from "./history.js";

/**
 * @typedef {Partial<Variation> & Pick<Variation, "notes" | "values" | "changed" | "remarks" | "command">} Shown
 *   The variation that is shown; the tune itself before there is one.
 */

/**
 * @typedef {object} State
 * @property {ModelInfo} model
 * @property {Session} session
 * @property {Shown} shown
 * @property {Selection} selection
 * @property {boolean} original Whether the original is shown in place of the variation.
 * @property {Source | null} source
 * @property {KeptVariation[]} kept
 * @property {PoolStatus | null} pool
 * @property {History} history
 * @property {Edit} edit The present edit; it is not in the history before it is settled.
 * @property {Edit | null} answered The edit of the variation that is shown.
 * @property {Edit | null} audition The edit of an alternative that is shown in place of the present one.
 * @property {Note[] | null} heard The notes that were played last.
 */

/** @typedef {State & { pace: number, cue: number, settled: boolean }} Situation The state and what follows from it. */
/** @typedef {{ ruler: Ruler, headHeight: number, rollHeight: number, laneHeight: number }} Sizes In pixels. */
/** @typedef {Situation & Sizes} View What parts are drawn from. */

/** The state of this page. Nothing is drawn that needs a tune before there is one. */
export const state = /** @type {State} */ (/** @type {unknown} */ ({
  selection: null, original: false, source: null, kept: [], pool: null, answered: null, audition: null, heard: null,
  session: null, history: new History(emptyEdit()), edit: emptyEdit(),
}));

/** Return a tune as it is shown before it is edited. @param {Session} session @returns {Shown} */
export const unedited = ({ notes, values, measures }) =>
  ({ notes, values, changed: measures.map(() => false), remarks: [], command: "" });

/** Return whether the notes that are shown stay until they are replaced by hand: once they were heard or written.
 * @param {Pick<State, "heard" | "shown" | "edit">} state */
export const stays = ({ heard, shown, edit }) => heard === shown.notes || Object.keys(edit.by_hand).length > 0;
