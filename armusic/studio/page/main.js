// The page: one state, drawn anew when it changes. What is asked of the tune lives here, the server keeps only the tune.

import * as api from "./api.js";
import { Ruler } from "./canvas.js";
import * as edits from "./edit.js";
import { History } from "./history.js";
import { Lane } from "./lane.js";
import { Pad } from "./pad.js";
import { Player } from "./player.js";
import { Roll } from "./roll.js";
import { Slider } from "./slider.js";
import * as store from "./store.js";
import { Take } from "./take.js";
import { wire } from "./wiring.js";

const $ = (id) => document.getElementById(id);
const NARROW = 30; // pixels of a measure, at least

const state = { model: null, session: null, shown: null, selection: null, original: false, source: null, kept: [], pool: null };
let history = new History(edits.nothing());
let edit = history.present;
let sequence = Date.now();
let parts = [];

const get = () => ({ ...state, edit, pace: player.pace, settled: edits.isNothing(edit) || state.answered === edit });
const player = new Player(() => draw());

// --- what is said ---

function say(text, bad = false) {
  const box = $(bad ? "message" : "said");
  box.textContent = text;
  if (bad) box.hidden = !text;
  else $("message").hidden = true;
}

const fail = (error) => say(error.message, true);

// --- a tune ---

async function open(load, source) {
  $("message").hidden = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    const session = await load();
    if (state.session && state.session.id !== session.id) api.leave(state.session);
    state.source = source;
    show(session);
    return true;
  } catch (error) {
    fail(error);
    return false;
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

async function openFile(file) {
  if (!file) return;
  if (file.size > state.model.max_bytes) {
    fail(new Error(`${file.name}: ${(file.size / 1e6).toFixed(1)} MB: up to ${state.model.max_bytes / 1e6} MB are taken`));
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  await open(() => api.open(file.name, bytes), { name: file.name, file: store.toText(bytes) });
}

const openExample = (id) => open(() => api.openExample(id), { example: id });

// A session that has expired, or whose server was started anew, is made again.
async function remake() {
  const { source, session } = state;
  if (!source?.file && !source?.example) throw new Error("The tune has expired on the server: open it again.");
  let made = source.example ? await api.openExample(source.example) : await api.open(source.name, store.toBytes(source.file));
  const reading = session?.reading ?? source.reading;
  if (reading && JSON.stringify(reading) !== JSON.stringify(made.reading)) made = await api.read(made, reading);
  return made;
}

// Show a tune: as it is, or with the work of before.
function show(session, work = null) {
  player.load(session);
  turning.drop();
  scoring.drop();
  state.session = session;
  state.pool = session.pool;
  state.selection = work?.selection ?? null;
  state.kept = work?.kept ?? [];
  state.original = false;
  history = work ? new History(work.present, work.past, work.future) : new History(edits.nothing());
  edit = history.present;
  state.shown = untouched(session);
  $("welcome").hidden = true;
  $("work").hidden = false;
  $("title").textContent = session.title || session.name;
  $("summary").textContent = session.summary;
  $("remarks").replaceChildren(...session.remarks.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  $("remarks-box").hidden = !session.remarks.length;
  $("remarks-box").firstElementChild.textContent = `${session.remarks.length} remark${session.remarks.length > 1 ? "s" : ""}`;
  $("track-field").hidden = session.tracks.length < 2;
  $("track").replaceChildren(...session.tracks.map((one) =>
    new Option(one.notes ? `${one.name} (${one.notes} notes)` : one.name, one.id, one.selected, one.selected)));
  player.pace = work?.pace ?? 1;
  $("tempo").value = Math.round(session.bpm * player.pace);
  document.title = `${session.title || session.name} – armusic studio`;
  $("scroller").scrollLeft = 0;
  say("");
  refresh.key = null;
  refresh();
}

const untouched = (session) =>
  ({ notes: session.notes, values: session.values, changed: session.measures.map(() => false), remarks: [], command: "" });

// --- turning ---

const turning = new api.Latest(
  ({ edit: asked }, signal) => withSession((session) => api.variation(session, edits.turn(asked, ++sequence), signal)),
  (turned, { edit: asked }) => {
    if (edits.isNothing(edit) || turned.sequence < (state.shown.sequence ?? 0)) return;
    Object.assign(state, { shown: turned, answered: asked });
    if (state.pool?.ready && !turned.pool.ready) watchPool(); // the candidates were forgotten for another tune's
    if (asked === edit) say(turned.remarks.join("; "));
    heard();
    draw();
    score();
  },
  fail,
);

const scoring = new api.Latest(
  (body, signal) => withSession((session) => api.score(session, body, signal)),
  (svg) => {
    if ($("score").src) URL.revokeObjectURL($("score").src);
    $("score").src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    $("score").alt = `The ${state.original ? "original" : "variation"} as notation`;
  },
  fail,
  { patience: 4000, pause: 300 },
);

// Send to the session; one that has gone is made again, once for all that wait, unless another tune is open by then.
async function withSession(send) {
  const { session } = state;
  try {
    return await send(session);
  } catch (error) {
    if (error.status !== 404 || (session !== state.session && !session.again)) throw error;
    session.again ??= remake();
    const made = await session.again.catch((failure) => {
      session.again = null;
      throw failure;
    });
    if (session === state.session) {
      state.session = made;
      save();
    } else if (made !== state.session) throw error;
    return send(made);
  }
}

// Ask for an edit; a drag asks often and is `settled` at its end, which is what undo goes back to.
function change(next, settled = true) {
  if (settled && next.seed === history.present.seed && JSON.stringify(next.shifts) !== JSON.stringify(history.present.shifts)) {
    next = { ...next, seed: null, measures: null };
  }
  edit = next;
  state.original = false;
  if (settled) history.push(next);
  refresh();
}

function refresh() {
  state.answered = null;
  if (edit.key !== refresh.key) {
    state.pool = null;
    refresh.key = edit.key;
    watchPool();
  }
  if (edits.isNothing(edit)) {
    turning.drop();
    state.shown = untouched(state.session);
    say("");
    score();
  } else turning.push({ edit });
  heard();
  draw();
  save();
}

function heard() {
  const notes = (state.original ? state.session : state.shown).notes;
  if (player.notes !== notes) player.set(notes);
}

function score() {
  if (!state.model.score || !$("score-box").open) return;
  const asked = state.original ? edits.nothing() : edit;
  scoring.push(edits.turn(asked));
}

async function watchPool() {
  clearTimeout(watchPool.timer);
  const { source } = state; // a session that was made again is of the same one
  const key = edit.key;
  try {
    const pool = await withSession((one) => api.pool(one, key));
    if (source !== state.source || key !== edit.key) return;
    const ready = pool.ready && !state.pool?.ready;
    state.pool = pool;
    if (pool.error) say(pool.error);
    else if (!pool.ready) watchPool.timer = setTimeout(watchPool, 500);
    if (ready && !edits.isNothing(edit)) {
      state.answered = null;
      turning.push({ edit });
    }
  } catch {
    if (source === state.source) watchPool.timer = setTimeout(watchPool, 3000);
  }
  draw();
}

// --- drawing ---

function draw() {
  if (!state.session || draw.frame) return;
  draw.frame = requestAnimationFrame(() => {
    draw.frame = 0;
    paint();
  });
}

function paint() {
  const { session, original, selection, pool } = state;
  const style = getComputedStyle(document.documentElement);
  const least = session.measures.length * NARROW;
  const ruler = new Ruler(session.measures, Math.max($("scroller").clientWidth, least));
  $("strip").style.width = `${ruler.width}px`;
  const view = { ...get(), ruler, height: parseFloat(style.getPropertyValue("--roll")), lane: parseFloat(style.getPropertyValue("--lane")) - 1 };
  roll.draw(view);
  for (const part of parts) part.draw(view);
  pad.draw(view);
  take.draw();
  for (const [act, left] of [["undo", history.past], ["redo", history.future]]) $(act).disabled = !left.length;
  $("reset").disabled = edits.isNothing(edit) && !edit.locks.length && edit.key === "auto";
  $("key").value = edit.key;
  $("hear-a").setAttribute("aria-pressed", original);
  $("hear-b").setAttribute("aria-pressed", !original);
  for (const name of ["loop", "metronome"]) $(name).setAttribute("aria-pressed", player[name]);
  $("play").lastElementChild.textContent = player.playing ? "Stop" : "Play";
  $("play").querySelector("use").setAttribute("href", player.playing ? "#i-stop" : "#i-play");
  $("hint").textContent = selection
    ? `Measures ${selection[0] + 1}–${selection[1] + 1} are selected: they are what is played and turned. Escape selects none.`
    : "Drag on the roll to select measures; draw on a lane to ask for a curve.";
  const searching = pool && !pool.ready && !pool.error;
  $("pool").hidden = !searching;
  if (searching) $("pool-done").value = pool.progress;
  player.selection = selection;
  paint.ruler = ruler;
  if (player.playing && !paint.moving) move();
}

function move() {
  const at = player.position();
  paint.moving = player.playing;
  $("playhead").style.visibility = at === null ? "hidden" : "visible";
  if (!player.playing) return;
  if (at !== null) {
    const x = paint.ruler.x(at);
    const box = $("scroller");
    $("playhead").style.transform = `translateX(${x}px)`;
    if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - 20;
  }
  requestAnimationFrame(move);
}

function save() {
  const { session, source, kept, selection } = state;
  if (!session) return;
  const { past, present, future } = history;
  store.save({ ...source, id: session.id, reading: session.reading, pace: player.pace, kept, selection, past, present, future });
}

// --- parts ---

const tools = { get, change, fail, say, withSession };
const roll = new Roll($("roll"), (selection) => {
  state.selection = selection;
  draw();
  save();
});
const pad = new Pad({ canvas: $("pad"), across: $("pad-x"), up: $("pad-y") }, tools);
const take = new Take({
  format: $("format"), layout: $("layout"), layoutField: $("layout-field"), original: $("with-original"), download: $("download"),
  drag: $("drag"), keepButton: $("keep"), kept: $("kept"), command: $("command"), commandBox: $("command-box"), copy: $("copy"), commandTitle: $("command-title"),
}, { ...tools, keep: (kept) => {
  state.kept = kept;
  save();
  draw();
} });

const step = (act) => {
  edit = history[act]();
  refresh();
};
const hear = (original) => {
  state.original = original;
  heard();
  score();
  draw();
};
const play = () => {
  if (player.playing) player.stop();
  else player.play(state.selection?.[0] ?? 0).then(draw, fail);
};

wire({
  play, step, hear, draw, save, change, openFile, openExample, score, player, get,
  chooseTrack: (choice) => open(() => withSession((one) => api.read(one, { ...one.reading, ...choice })), state.source),
  chooseKey: (key) => change({ ...edit, key }),
  roll: () => change(edits.roll(edit, edits.scope(state.session, state.selection), edits.scope(state.session, null))),
});
new ResizeObserver(draw).observe($("scroller"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
for (const event of ["focusin", "focusout"]) $("lanes").addEventListener(event, draw);

// --- start ---

async function start() {
  const model = await api.model();
  const examples = await api.examples();
  state.model = model;
  parts = model.attributes.flatMap((attribute) => [new Slider($("sliders"), attribute, tools), new Lane($("lanes"), attribute, tools)]);
  pad.fill(model.attributes);
  document.querySelector(".pad").hidden = model.attributes.length < 2;
  take.fill(model.formats);
  $("score-box").hidden = !model.score;
  $("file").accept = model.suffixes.join(",");
  const keys = [["auto", "the tune's own"], ["off", "any pitch"], ...model.keys.map((key) => [key, key.replace(":", " ")])];
  $("key").replaceChildren(...keys.map(([value, text]) => new Option(text, value)));
  $("examples").append(...examples.map((one) => new Option(one.title, one.id)));
  $("welcome-examples").replaceChildren(...examples.map((one) => {
    const button = Object.assign(document.createElement("button"), { textContent: one.title });
    button.addEventListener("click", () => openExample(one.id));
    return button;
  }));
  await resume(model);
}

// The work of before a reload; else the file that was named at the start.
async function resume(model) {
  const work = store.load();
  if (work?.id) {
    state.source = { name: work.name, file: work.file, example: work.example, reading: work.reading };
    try {
      const session = await api.again({ id: work.id }).catch((error) => {
        if (error.status === 404) return remake();
        throw error;
      });
      const fits = Object.values(work.present.shifts).every((shifts) => shifts.length === session.measures.length);
      return show(session, fits ? work : null);
    } catch (error) {
      state.source = null;
      fail(error);
    }
  } else if (model.initial) await openExample(model.initial);
}

window.studio = { get, player, scheduled: player.scheduled, ready: () => take.ready !== null }; // for tests and tinkerers
start().catch(fail);
