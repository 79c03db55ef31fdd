// The page: one state, redrawn when it changes. Edits are kept here; the server keeps the tune and its candidates.

/** @import { ModelInfo, Session } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { Situation, Tools } from "./state.js" */
/** @import { Source, Work } from "./store.js" */

import * as api from "./api.js";
import { Ruler } from "./canvas.js";
import { $, canvas, select } from "./dom.js";
import * as edits from "./edit.js";
import { Exports } from "./exports.js";
import { History } from "./history.js";
import * as labels from "./labels.js";
import { fail, say } from "./labels.js";
import { Lane } from "./lane.js";
import { Pad } from "./pad.js";
import { Player } from "./player.js";
import { Playhead } from "./playhead.js";
import { Roll } from "./roll.js";
import { restore, sender } from "./sessions.js";
import { Slider } from "./slider.js";
import { initialState, unedited } from "./state.js";
import * as store from "./store.js";
import { wire } from "./wiring.js";

const MIN_MEASURE = 30; // pixels
const POLL = 500; // milliseconds
const POLL_AFTER_ERROR = 3000;

const state = initialState();
let history = new History(edits.emptyEdit());
let edit = history.present;
let sequence = Date.now();
/** @type {(Slider | Lane)[]} */
let parts = [];
const player = new Player(() => draw());
const playhead = new Playhead(player);
const withSession = sender(state, () => save());

/** @returns {Situation} */
const get = () => ({ ...state, edit, pace: player.pace, settled: edits.isEmpty(edit) || state.answered === edit });

// --- opening a tune ---

/**
 * @param {() => Promise<Session>} load
 * @param {Source | null} source
 */
async function open(load, source) {
  $("message").hidden = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    const session = await load();
    if (state.session && state.session.id !== session.id) api.close(state.session);
    state.source = source;
    show(session);
  } catch (error) {
    fail(/** @type {Error} */ (error));
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

/** @param {File} [file] */
async function openFile(file) {
  if (!file) return;
  const limit = state.model.max_bytes;
  if (file.size > limit) {
    fail(new Error(`${file.name}: ${(file.size / 1e6).toFixed(1)} MB; files can have up to ${limit / 1e6} MB`));
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  await open(() => api.open(file.name, bytes), { name: file.name, file: store.toText(bytes) });
}

/** @param {string} id */
const openExample = (id) => open(() => api.openExample(id), { example: id });

/**
 * Show a tune, with the work on it before a reload.
 * @param {Session} session
 * @param {Work | null} work
 */
function show(session, work = null) {
  player.load(session);
  variationQueue.drop();
  scoreQueue.drop();
  state.session = session;
  state.pool = session.pool;
  state.selection = work?.selection ?? null;
  state.kept = work?.kept ?? [];
  state.original = false;
  history = work ? new History(work.present, work.past, work.future) : new History(edits.emptyEdit());
  edit = history.present;
  state.shown = unedited(session);
  player.pace = work?.pace ?? 1;
  labels.describe(session, player.pace);
  say();
  poll.key = null;
  refresh();
}

// --- editing ---

const variationQueue = new api.LatestOnly(
  (/** @type {Edit} */ latest, signal) =>
    withSession((session) => api.variation(session, edits.toRequest(session, latest, ++sequence), signal)),
  (variation, latest) => {
    if (edits.isEmpty(edit) || variation.sequence < (state.shown.sequence ?? 0)) return;
    state.shown = variation;
    state.answered = latest;
    if (state.pool?.ready && !variation.pool.ready) watchPool(); // the candidates were dropped for another tune's
    if (latest === edit) say(variation.remarks.join("; "));
    updatePlayer();
    draw();
    drawScore();
  },
  fail,
);

const scoreQueue = new api.LatestOnly(
  (/** @type {Edit} */ latest, signal) =>
    withSession((session) => api.score(session, edits.toRequest(session, latest), signal)),
  (svg) => labels.showScore(svg, state.original ? "original" : "variation"),
  fail,
  { patience: 4000, pause: 300 },
);

/**
 * Make an edit. Dragging makes many that are not settled; undo goes back to the settled ones.
 * @param {Edit} next
 * @param {boolean} settled
 */
function change(next, settled = true) {
  const { present } = history;
  const sameShifts = JSON.stringify(next.shifts) === JSON.stringify(present.shifts);
  if (settled && next.seed === present.seed && !sameShifts) next = { ...next, seed: null, measures: null };
  edit = next;
  state.original = false;
  if (settled) history.push(next);
  refresh();
}

function refresh() {
  state.answered = null;
  if (edit.key !== poll.key) {
    state.pool = null;
    poll.key = edit.key;
    watchPool();
  }
  if (edits.isEmpty(edit)) {
    variationQueue.drop();
    state.shown = unedited(state.session);
    say();
    drawScore();
  } else variationQueue.push(edit);
  updatePlayer();
  draw();
  save();
}

function updatePlayer() {
  const { notes } = state.original ? state.session : state.shown;
  if (player.notes !== notes) player.set(notes);
}

function drawScore() {
  if (!state.model.score || !(/** @type {HTMLDetailsElement} */ ($("score-box")).open)) return;
  scoreQueue.push(state.original ? edits.emptyEdit() : edit);
}

/** @type {{ key: string | null, timer: ReturnType<typeof setTimeout> | undefined }} */
const poll = { key: null, timer: undefined };

async function watchPool() {
  clearTimeout(poll.timer);
  const { source } = state; // a restored session has the same one
  const { key } = edit;
  try {
    const pool = await withSession((session) => api.pool(session, key));
    if (source !== state.source || key !== edit.key) return;
    const becameReady = pool.ready && !state.pool?.ready;
    state.pool = pool;
    if (pool.error) say(pool.error);
    else if (!pool.ready) poll.timer = setTimeout(watchPool, POLL);
    if (becameReady && !edits.isEmpty(edit)) {
      state.answered = null;
      variationQueue.push(edit);
    }
  } catch {
    if (source === state.source) poll.timer = setTimeout(watchPool, POLL_AFTER_ERROR);
  }
  draw();
}

// --- drawing ---

let frame = 0;
function draw() {
  if (!state.session || frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    paint();
  });
}

function paint() {
  const { session, selection } = state;
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const pixels = (name) => parseFloat(style.getPropertyValue(name));
  const width = Math.max($("scroller").clientWidth, session.measures.length * MIN_MEASURE);
  const ruler = new Ruler(session.measures, width);
  $("strip").style.width = `${width}px`;
  const view = { ...get(), ruler, rollHeight: pixels("--roll"), laneHeight: pixels("--lane") - 1 };
  roll.draw(view);
  for (const part of parts) part.draw(view);
  pad.draw(view);
  exports.draw();
  labels.update(view, history, player);
  player.selection = selection;
  playhead.ruler = ruler;
  playhead.start();
}

function save() {
  const { session, source, kept, selection } = state;
  if (!session) return;
  const { past, present, future } = history;
  const { id, reading } = session;
  store.save({ ...source, id, reading, pace: player.pace, kept, selection, past, present, future });
}

// --- parts ---

/** @type {Tools} */
const tools = { get, change, fail, say, withSession };
const roll = new Roll(canvas("roll"), (selection) => {
  state.selection = selection;
  draw();
  save();
});
const pad = new Pad({ canvas: canvas("pad"), across: select("pad-x"), up: select("pad-y") }, tools);
const exports = new Exports(tools, (kept) => {
  state.kept = kept;
  save();
  draw();
});

wire({
  player, get, draw, save, change, openFile, openExample, drawScore,
  play() {
    if (player.playing) player.stop();
    else player.play(state.selection?.[0] ?? 0).then(draw, fail);
  },
  step(act) {
    edit = history[act]();
    refresh();
  },
  compare(original) {
    state.original = original;
    updatePlayer();
    drawScore();
    draw();
  },
  chooseTrack(choice) {
    open(() => withSession((session) => api.read(session, { ...session.reading, ...choice })), state.source);
  },
  chooseKey: (key) => change({ ...edit, key }),
  rollDice() {
    const { session, selection } = state;
    change(edits.rollDice(edit, edits.scope(session, selection), edits.scope(session, null)));
  },
});
new ResizeObserver(draw).observe($("scroller"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
for (const event of ["focusin", "focusout"]) $("lanes").addEventListener(event, draw);

// --- start ---

async function start() {
  const model = await api.model();
  const examples = await api.examples();
  state.model = model;
  parts = model.attributes.flatMap((attribute) =>
    [new Slider($("sliders"), attribute, tools), new Lane($("lanes"), attribute, tools)]);
  pad.fill(model.attributes);
  exports.fill(model.formats);
  labels.fill(model, examples, openExample);
  await resume(model);
}

/**
 * Show the work from before a reload, or else the file that was named at the start.
 * @param {ModelInfo} model
 */
async function resume(model) {
  const work = store.load();
  if (work?.id) {
    const { name, file, example, reading } = work;
    state.source = { name, file, example, reading };
    try {
      const session = await api.reopen(work).catch((error) => {
        if (error.status === 404) return restore(state.source, reading);
        throw error;
      });
      const count = session.measures.length;
      const fits = Object.values(work.present.shifts).every((shifts) => shifts.length === count);
      show(session, fits ? work : null);
    } catch (error) {
      state.source = null;
      fail(/** @type {Error} */ (error));
    }
  } else if (model.initial) await openExample(model.initial);
}

// For tests, and for those who like to look inside.
Object.assign(window, { studio: { get, player, scheduled: player.scheduled, ready: () => exports.ready } });
start().catch(fail);
