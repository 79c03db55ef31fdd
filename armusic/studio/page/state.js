// The state of the page: what is kept between two drawings of it.

/** @import { ModelInfo, PoolStatus, Session, Variation } from "./messages" */
/** @import { Ruler } from "./canvas.js" */
/** @import { Edit, Selection } from "./edit.js" */
/** @import { KeptVariation, Source } from "./store.js" */

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
 * @property {Edit | null} answered The edit of the variation that is shown.
 */

/** @typedef {State & { edit: Edit, pace: number, settled: boolean }} Situation The state and what follows from it. */
/** @typedef {Situation & { ruler: Ruler, rollHeight: number, laneHeight: number }} View What parts are drawn from. */

/**
 * @typedef {object} Tools What parts of the page share.
 * @property {() => Situation} get
 * @property {(edit: Edit, settled?: boolean) => void} change
 * @property {(error: Error) => void} fail
 * @property {(text: string, isError?: boolean) => void} say
 * @property {<Answer>(send: (session: Session) => Promise<Answer>) => Promise<Answer>} withSession
 */

/** The state at the start. Without a tune nothing is drawn that needs one. */
export const initialState = () => /** @type {State} */ (/** @type {unknown} */ ({
  model: null,
  session: null,
  shown: null,
  selection: null,
  original: false,
  source: null,
  kept: [],
  pool: null,
  answered: null,
}));

/**
 * Return a tune as it is shown before it is edited.
 * @param {Session} session
 * @returns {Shown}
 */
export const unedited = (session) => ({
  notes: session.notes,
  values: session.values,
  changed: session.measures.map(() => false),
  remarks: [],
  command: "",
});
