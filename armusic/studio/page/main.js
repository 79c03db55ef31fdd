// The page: one state, redrawn when it changes. Edits are kept here; the server keeps the tune and its candidates.

/** @import { ModelInfo, PoolStatus, Session, Variation } from "./messages" */
/** @import { Edit, Selection } from "./edit.js" */
/** @import { KeptVariation, Source, Work } from "./store.js" */

import * as api from "./api.js";
import { Ruler } from "./canvas.js";
import { $, button, canvas, input, make, select } from "./dom.js";
import * as edits from "./edit.js";
import { Exports } from "./exports.js";
import { History } from "./history.js";
import { Lane } from "./lane.js";
import { Pad } from "./pad.js";
import { Player } from "./player.js";
import { Roll } from "./roll.js";
import { Slider } from "./slider.js";
import * as store from "./store.js";
import { wire } from "./wiring.js";

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

const MIN_MEASURE = 30; // pixels
const POLL = 500; // milliseconds
const POLL_AFTER_ERROR = 3000;

/** The state; without a model before the page has started, and without a tune before one is open. */
const state = /** @type {State} */ (/** @type {unknown} */ ({
  model: null, session: null, shown: null, selection: null, original: false, source: null, kept: [], pool: null,
  answered: null,
}));
let history = new History(edits.emptyEdit());
let edit = history.present;
let sequence = Date.now();
/** @type {(Slider | Lane)[]} */
let parts = [];
/** Sessions that replace expired ones. @type {WeakMap<Session, Promise<Session>>} */
const replacements = new WeakMap();

const player = new Player(() => draw());

/** @returns {Situation} */
const get = () =>
  ({ ...state, edit, pace: player.pace, settled: edits.isEmpty(edit) || state.answered === edit });

// --- messages to the reader ---

function say(text = "", isError = false) {
  const box = $(isError ? "message" : "status");
  box.textContent = text;
  if (isError) box.hidden = !text;
  else $("message").hidden = true;
}

/** @param {Error} error */
const fail = (error) => say(error.message, true);

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

/** Open a session again that has expired, or whose server was restarted. */
async function restore() {
  const { source, session } = state;
  let restored;
  if (source?.example) restored = await api.openExample(source.example);
  else if (source?.name && source.file) restored = await api.open(source.name, store.toBytes(source.file));
  else throw new Error("The tune has expired on the server: open it again.");
  const reading = session?.reading ?? source.reading;
  if (!reading || JSON.stringify(reading) === JSON.stringify(restored.reading)) return restored;
  return api.read(restored, reading);
}

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
  describe(session);
  say();
  poll.key = null;
  refresh();
}

/** @param {Session} session */
function describe(session) {
  const { remarks, tracks } = session;
  const title = session.title || session.name;
  $("welcome").hidden = true;
  $("work").hidden = false;
  $("title").textContent = title;
  $("summary").textContent = session.summary;
  $("remarks").replaceChildren();
  for (const remark of remarks) make("li", $("remarks"), { textContent: remark });
  $("remarks-box").hidden = !remarks.length;
  $("remarks-title").textContent = `${remarks.length} remark${remarks.length > 1 ? "s" : ""}`;
  $("track-field").hidden = tracks.length < 2;
  select("track").replaceChildren(...tracks.map(({ id, name, notes, selected }) =>
    new Option(notes ? `${name} (${notes} notes)` : name, id, selected, selected)));
  input("tempo").value = String(Math.round(session.bpm * player.pace));
  document.title = `${title} – armusic studio`;
  $("scroller").scrollLeft = 0;
}

/**
 * @param {Session} session
 * @returns {Shown}
 */
const unedited = (session) => ({
  notes: session.notes, values: session.values, changed: session.measures.map(() => false), remarks: [], command: "",
});

// --- editing ---

const variationQueue = new api.LatestOnly(
  (/** @type {Edit} */ latest, signal) =>
    withSession((session) => api.variation(session, edits.toRequest(latest, ++sequence), signal)),
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
    withSession((session) => api.score(session, edits.toRequest(latest), signal)),
  (svg) => {
    const image = /** @type {HTMLImageElement} */ ($("score"));
    if (image.src) URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.alt = `The ${state.original ? "original" : "variation"} as notation`;
  },
  fail,
  { patience: 4000, pause: 300 },
);

/**
 * Send a request to the session. An expired session is opened again, once for all requests that wait for it, unless
 * another tune is open by then.
 * @template Answer
 * @param {(session: Session) => Promise<Answer>} send
 */
async function withSession(send) {
  const { session } = state;
  try {
    return await send(session);
  } catch (error) {
    const expired = error instanceof api.RequestError && error.status === 404;
    const waiting = replacements.get(session);
    if (!expired || (session !== state.session && !waiting)) throw error;
    const restoring = waiting ?? restore();
    replacements.set(session, restoring);
    const restored = await restoring.catch((cause) => {
      replacements.delete(session);
      throw cause;
    });
    if (session === state.session) {
      state.session = restored;
      save();
    } else if (restored !== state.session) throw error;
    return send(restored);
  }
}

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
let ruler = new Ruler([{ start: 0, length: 1 }], 1);
let playheadMoves = false;

function draw() {
  if (!state.session || frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    paint();
  });
}

function paint() {
  const { session, original, selection } = state;
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const pixels = (name) => parseFloat(style.getPropertyValue(name));
  const width = Math.max($("scroller").clientWidth, session.measures.length * MIN_MEASURE);
  ruler = new Ruler(session.measures, width);
  $("strip").style.width = `${width}px`;
  const view = { ...get(), ruler, rollHeight: pixels("--roll"), laneHeight: pixels("--lane") - 1 };
  roll.draw(view);
  for (const part of parts) part.draw(view);
  pad.draw(view);
  exports.draw();
  button("undo").disabled = !history.past.length;
  button("redo").disabled = !history.future.length;
  button("reset").disabled = edits.isEmpty(edit) && !edit.locks.length && edit.key === "auto";
  select("key").value = edit.key;
  press("show-original", original);
  press("show-variation", !original);
  press("loop", player.loop);
  press("metronome", player.metronome);
  $("play-label").textContent = player.playing ? "Stop" : "Play";
  $("play-icon").setAttribute("href", player.playing ? "#i-stop" : "#i-play");
  $("hint").textContent = selection
    ? `Playing and editing measures ${selection[0] + 1}–${selection[1] + 1}. Escape clears the selection.`
    : "Drag on the piano roll to select measures; draw on a lane to set a curve of targets.";
  paintPool();
  player.selection = selection;
  if (player.playing && !playheadMoves) movePlayhead();
}

/**
 * @param {string} id
 * @param {boolean} pressed
 */
const press = (id, pressed) => $(id).setAttribute("aria-pressed", String(pressed));

function paintPool() {
  const { pool } = state;
  const searching = pool !== null && !pool.ready && !pool.error;
  $("pool").hidden = !searching;
  if (searching) /** @type {HTMLProgressElement} */ ($("pool-progress")).value = pool.progress;
}

function movePlayhead() {
  const position = player.position();
  const playhead = $("playhead");
  playheadMoves = player.playing;
  playhead.style.visibility = position === null ? "hidden" : "visible";
  if (!player.playing) return;
  if (position !== null) {
    const x = ruler.x(position);
    const box = $("scroller");
    playhead.style.transform = `translateX(${x}px)`;
    if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - 20;
  }
  requestAnimationFrame(movePlayhead);
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
  $("pad-box").hidden = model.attributes.length < 2;
  exports.fill(model.formats);
  $("score-box").hidden = !model.score;
  input("file").accept = model.suffixes.join(",");
  const keys = model.keys.map((key) => new Option(key.replace(":", " "), key));
  select("key").replaceChildren(new Option("the tune's own", "auto"), new Option("any pitch", "off"), ...keys);
  $("examples").append(...examples.map(({ id, title }) => new Option(title, id)));
  $("welcome-examples").replaceChildren();
  for (const { id, title } of examples) {
    make("button", $("welcome-examples"), { textContent: title, onclick: () => openExample(id) });
  }
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
        if (error.status === 404) return restore();
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
