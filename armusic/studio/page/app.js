// What the parts of the page share: the state, what changes it, and the player. The edits are kept here; the server
// keeps the tune and its candidates.

/** @import { Session } from "./messages" */
/** @import { Edit, Selection } from "./edit.js" */
/** @import { Situation } from "./state.js" */
/** @import { Work } from "./store.js" */

import * as api from "./api.js";
import { emptyEdit, isEmpty } from "./edit.js";
import { watchGestures } from "./gestures.js";
import { History } from "./history.js";
import { fail, say } from "./labels.js";
import { MidiOut } from "./midi.js";
import { Player } from "./player.js";
import { sender } from "./sessions.js";
import { Sound } from "./sound.js";
import { state, unedited } from "./state.js";
import * as store from "./store.js";

export { state };

const NOT_STORED = "The browser cannot store this work (its storage is full or forbidden): save the session to a file.";

export const player = new Player(new Sound(), new MidiOut(), draw);
export const works = new store.Works(store.localItems(), api.PAGE);
const gestures = watchGestures();

/** What other modules do when a tune is left or shown, or the edit or the session is another one (main.js). */
export const on = { leave() {}, open() {}, edit() {}, restore() {}, paint() {} };

/** Send a request to the open session. */
export const withSession = sender(state, () => { save(); on.restore(); });

/** @returns {Situation} */
export const get = () => ({
  ...state, pace: player.pace, cue: player.cue, settled: isEmpty(state.edit) || state.answered === state.edit,
});

let frame = 0;
/** Draw everything in the next frame. */
export function draw() {
  if (!state.session || frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    on.paint();
  });
}

/** Show a tune, with the work of this tab on it before a reload, or else with what is stored.
 * @param {Session} session @param {Work | null} ofTab */
export function show(session, ofTab = null) {
  const work = ofTab ?? works.load(store.tuneOf(session), (stored) => store.fits(session, stored));
  const history = work ? new History(work.present, work.past, work.future) : new History(emptyEdit());
  const { selection = null, kept = [], original = false } = work ?? {};
  player.load(session);
  Object.assign(state, { session, history, selection, kept, original });
  Object.assign(state, { edit: history.present, pool: session.pool, shown: unedited(session) });
  player.selection = selection;
  player.pace = work?.pace ?? 1;
  player.choose(work?.instrument ?? null);
  on.open();
  say();
  refresh();
}

/** Make an edit. Dragging makes many that are not settled; undo goes back to the settled ones.
 * @param {Edit} next @param {boolean} settled */
export function change(next, settled = true) {
  const { present } = state.history;
  const sameShifts = JSON.stringify(next.shifts) === JSON.stringify(present.shifts);
  if (settled && next.seed === present.seed && !sameShifts) next = { ...next, seed: null, measures: null };
  state.edit = next;
  state.original = false;
  if (settled) state.history.push(next, gestures.change());
  refresh(settled);
}

/** Go to another edit of the history. @param {"undo" | "redo" | "drop"} act */
export function step(act) {
  state.edit = state.history[act]();
  state.original = false;
  refresh();
}

function refresh(settled = true) {
  on.edit();
  update();
  if (settled) save();
}

/** Play and draw what is shown from now on. */
export function update() {
  const { notes } = state.original ? state.session : state.shown;
  if (player.notes !== notes) player.set(notes);
  if (player.playing) state.heard = notes;
  draw();
}

/** Show and play the original, or else the variation. @param {boolean} original */
export function compare(original) {
  state.original = original;
  update();
  save();
}

/** Select measures. @param {Selection} selection */
export function choose(selection) {
  state.selection = player.selection = selection;
  draw();
  save();
}

/** Play, or stop. */
export function play() {
  if (player.playing) player.stop();
  else player.play().then(draw, fail);
  state.heard = player.notes;
  draw();
}

/** Return the work on the tune. @returns {Work} */
export function work() {
  const { session, kept, selection, original, history } = state;
  const { past, present, future } = history;
  const { pace, instrument } = player;
  return { reading: session.reading, pace, instrument, kept, selection, original, present, past, future };
}

/** Store the work on the tune. */
export function save() {
  const { session, source } = state;
  if (!session || !source) return;
  const tune = store.tuneOf(session);
  const wasSaved = !works.unsaved.has(tune);
  if (!works.save(tune, work()) && wasSaved) fail(new Error(NOT_STORED));
  store.saveTab({ source, id: session.id, page: api.PAGE, tune, work: work() });
}
