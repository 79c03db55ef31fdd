// What the server answers to the present edit: the variation, and the progress of the search.

/** @import { Session, Variation } from "./messages" */
/** @import { Edit } from "./edit.js" */

import * as api from "./api.js";
import { state, step, update, withSession } from "./app.js";
import { isEmpty, keeps, toRequest } from "./edit.js";
import { fail, offer, say } from "./labels.js";
import { stays, unedited } from "./state.js";

const POLL = 500; // milliseconds
const POLL_AFTER_ERROR = 3000;

let sequence = 0;
/** The key whose search is watched, and what is kept in it. @type {string | null} */
let watched = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** The session whose melodies were checked. @type {Session | null} */
let checked = null;
/** Why an edit was taken back; empty once that is said. */
let refusal = "";

const variations = api.latestOnly(
  (/** @type {Edit} */ edit, signal) =>
    withSession((session) => api.variation(session, toRequest(session, edit, ++sequence), signal)),
  show,
  refuse,
);

/** Forget what was requested for the tune before. */
export function forget() {
  variations.drop();
  watched = null;
}

/** Request the variation of the present edit, and watch the search in its key. */
export function request() {
  const { edit } = state;
  state.answered = state.audition = null;
  const key = `${edit.key} ${keeps(edit)}`;
  if (key !== watched) {
    state.pool = null;
    watched = key;
    watch();
  }
  if (isEmpty(edit)) {
    variations.drop();
    state.shown = unedited(state.session);
    conclude();
  } else variations.push(edit);
}

/** Request the present edit again, now that the search is over. */
export function better() {
  state.answered = null;
  variations.push(state.edit);
}

/** @param {Variation} variation @param {Edit} edit */
function show(variation, edit) {
  if (isEmpty(state.edit) || variation.sequence < (state.shown.sequence ?? 0)) return;
  state.shown = variation;
  state.answered = edit;
  if (state.pool?.ready && !variation.pool.ready) watch(); // the candidates were dropped for another tune's
  if (edit === state.edit) conclude();
  update();
}

/** Take back notes by hand that the model cannot hold. @param {Error & { status?: number }} error @param {Edit} edit */
function refuse(error, edit) {
  const before = state.history.past.at(-1);
  const byHand = before && JSON.stringify(before.by_hand) !== JSON.stringify(edit.by_hand);
  if (error.status !== 422 || !byHand || edit !== state.history.present) return fail(error);
  refusal = `${error.message}. The notes are as they were before.`;
  step("drop");
}

/** Say what came of an edit: nothing, if all is well. */
function conclude() {
  say(refusal, Boolean(refusal));
  refusal = "";
}

/** Find out which melodies of the file can be used, once there is time for it. */
async function checkTracks() {
  const { session } = state;
  if (session.tracks.length < 2 || checked === session) return;
  checked = session;
  const tracks = await withSession(api.tracks).catch(() => null); // then all are offered
  if (tracks && session === state.session) offer(tracks);
}

/** Follow the progress of the search, until it is over. */
export async function watch() {
  clearTimeout(timer);
  const { source, edit } = state; // a restored session has the same source
  const key = watched;
  try {
    const pool = await withSession((session) => api.pool(session, edit.key, keeps(edit)));
    if (source !== state.source || key !== watched) return;
    const becameReady = pool.ready && !state.pool?.ready;
    state.pool = pool;
    if (pool.error) say(pool.error);
    else if (!pool.ready) timer = setTimeout(watch, POLL);
    if (becameReady) checkTracks();
    if (becameReady && !isEmpty(state.edit) && !(state.answered === state.edit && stays(state))) better();
  } catch {
    if (source === state.source) timer = setTimeout(watch, POLL_AFTER_ERROR);
  }
  update();
}
