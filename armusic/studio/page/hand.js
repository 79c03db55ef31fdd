// Notes by hand: chosen, moved, made longer, added and deleted in the piano roll, by pointer or keyboard.

/** @import { Edit, Selection } from "./edit.js" */
/** @import { Space } from "./grip.js" */
/** @import { Sound } from "./notes.js" */
/** @import { View } from "./state.js" */

import { change, draw, player, state } from "./app.js";
import { $, button, canvas, press as show, select } from "./dom.js";
import { unlock } from "./edit.js";
import { Grip, isEnd, noteAt } from "./grip.js";
import { fail, say } from "./labels.js";
import { another, byHand, fit, isFlat, put, sameTime, step, times, words } from "./notes.js";
import { measureOf } from "./time.js";

const HELP = "Editing notes. Draw one, drag one, or drag its end; the right button deletes. By keyboard: left and " +
  "right choose, up and down move, Shift makes longer, Alt moves in time, Enter adds, Delete deletes, Escape ends.";

const roll = canvas("roll");
let on = false;
/** Where the chosen note starts. @type {number | null} */
let start = null;
/** What a pointer holds. @type {Grip | null} */
let grip = null;
/** The notes of an edit that has no answer yet. @type {{ notes: Sound[], edit: Edit } | null} */
let draft = null;
/** What is to be said when the answer has come. */
let text = "";
/** Duration of the note that was edited last, in quarter notes. @type {number | null} */
let last = null;
/** @type {Space} */
let space;

const bars = () => state.session.measures;

/** Return whether notes are edited. */
export const isOn = () => on;

/** Return the notes of the variation, as the hand has them. @returns {Sound[]} */
export const notes = () => grip?.notes ?? draft?.notes ?? state.shown.notes;

/** Return the chosen note, if there is one. */
export const chosen = () => notes().find((note) => start !== null && sameTime(note.start, start));

/** Where a hand goes to: the ticks of sixteenths or of triplets. */
const steps = () => times(bars(), Number(select("parts").value));

/** Describe a note. @param {Sound} note */
const describe = (note) => words(bars(), note, isFlat(state.session.key));

button("write").onclick = () => toggle();
button("delete-note").onclick = remove;
button("unlock").onclick = () => {
  const indices = locked(state.selection);
  change(unlock(state.edit, indices));
  text = `measure ${indices.map((index) => bars()[index].number).join(", ")}: unlocked`;
};
roll.addEventListener("contextmenu", (event) => {
  const note = under(event);
  if (!note) return;
  event.preventDefault();
  choose(note);
  remove();
});
roll.addEventListener("pointermove", (event) => {
  const note = under(event);
  const kind = note && isEnd(space, note, event.offsetX) ? "ew-resize" : "move";
  if (on && !grip) roll.style.cursor = note ? kind : "crosshair";
});

/** Start or end editing. */
export function toggle(next = !on) {
  on = next;
  start = null;
  roll.style.cursor = "";
  roll.classList.toggle("writing", on);
  document.documentElement.classList.toggle("writes", on);
  show("write", on);
  say(on ? HELP : "");
  draw();
}

/** Take what is drawn; say what was done once it has been answered.
 * @param {View} view @param {(y: number) => number} pitchAt */
export function update({ edit, settled, selection, ruler }, pitchAt) {
  space = { ruler, pitchAt };
  if (draft && (draft.edit !== edit || settled)) draft = null;
  if (settled && text) say(text);
  if (settled) text = "";
  const names = locked(selection).map((index) => bars()[index].number);
  $("note-tools").hidden = !on;
  button("delete-note").disabled = !chosen();
  button("unlock").hidden = !Object.keys(edit.by_hand).length;
  button("unlock").disabled = !names.length;
  button("unlock").textContent = `Unlock ${names.length > 3 ? `${names.length} measures` : names.join(", ")}`;
}

/** @param {Sound | undefined} note */
function choose(note) {
  start = note?.start ?? null;
  draw();
}

/** Let a note be heard that is another one than before. @param {Sound} note @param {Sound} [before] */
function sound({ start: at, pitch }, before) {
  if (!before || before.pitch !== pitch || !sameTime(before.start, at)) player.preview(pitch).catch(fail);
}

/** Return the note under a mouse that holds none. @param {MouseEvent} event */
const under = ({ offsetX, offsetY }) => (on && !grip ? noteAt(space, notes(), offsetX, offsetY) : undefined);

/** Return whether the variation can be edited: not while the original is shown. */
function ready() {
  if (state.original) say("The original stays as it is: choose B to edit the variation.");
  return !state.original;
}

// --- pointers ---

/** Take hold of a note, or of a new one. @param {PointerEvent} event @param {number} x @param {number} y */
export function press({ pointerType }, x, y) {
  if (!ready()) return;
  const [{ length, beats }] = bars();
  const duration = last ?? length / beats / 2;
  grip = new Grip({ bars: bars(), notes: notes(), steps: steps(), duration }, space, pointerType, x, y);
  choose(grip.note);
  sound(grip.note);
}

/** @param {number} x @param {number} y */
export function move(x, y) {
  if (!grip) return;
  const { note } = grip;
  grip.move(x, y);
  choose(grip.note);
  sound(grip.note, note);
}

/** @param {PointerEvent} event */
export function release({ type }) {
  if (!grip) return;
  const { base, note, notes: after } = grip;
  grip = null;
  if (type === "pointercancel") choose(undefined);
  else if (after !== base) commit(base, after, note);
  else say(describe(note));
}

// --- keys ---

/** Do what a key does to notes; return whether it does anything.
 * @param {KeyboardEvent} event @param {number} measure Where the first note is chosen. */
export function key({ key: name, altKey, shiftKey, ctrlKey, metaKey }, measure) {
  if (!on || grip || ctrlKey || metaKey) return false;
  const side = { ArrowLeft: -1, ArrowRight: 1 }[name];
  const up = { ArrowUp: 1, ArrowDown: -1 }[name];
  if (name === "Escape") toggle(false);
  else if (name === "Enter") add(measure);
  else if (name === "Delete" || name === "Backspace") remove();
  else if (up) alter(({ pitch }) => ({ pitch: pitch + up * (shiftKey ? 12 : 1) }));
  else if (side && altKey) alter((note) => ({ start: step(steps().slice(0, -1), note.start, side) }));
  else if (side && shiftKey) {
    alter((note) => ({ duration: step(steps(), note.start + note.duration, side) - note.start }));
  } else if (side) go(side, measure);
  else return false;
  return true;
}

/** Choose the next note or the one before. @param {number} side @param {number} measure */
function go(side, measure) {
  const all = notes();
  const now = chosen();
  const first = Math.max(all.findIndex((each) => each.start > bars()[measure].start - 1e-3), 0);
  const note = all[Math.min(Math.max(now ? all.indexOf(now) + side : first, 0), all.length - 1)];
  choose(note);
  if (note) sound(note);
  say(note ? describe(note) : "There is no note: Enter adds one.");
}

/** @param {(note: Sound) => Partial<Sound>} by */
function alter(by) {
  const before = chosen();
  if (!before) return say("No note is chosen: left and right choose one.");
  const note = fit(times(bars()), { ...before, ...by(before) });
  sound(note, before);
  commit(notes(), put(notes(), note, before), note);
}

/** @param {number} measure */
function add(measure) {
  const note = another(bars(), notes(), chosen(), measure);
  if (!note) return say("This note is too short to be halved: make it longer first.");
  sound(note);
  commit(notes(), put(notes(), note), note);
}

/** Delete the chosen note. */
function remove() {
  const all = notes();
  const note = chosen();
  if (!note) return;
  const index = all.indexOf(note);
  commit(all, put(all, null, note), all[index + 1] ?? all[index - 1], "deleted; now at ");
}

/** Make an edit of what changed: these measures are locked from now on.
 * @param {Sound[]} before @param {Sound[]} after @param {Sound | undefined} note What is chosen then.
 * @param {string} done */
function commit(before, after, note, done = "") {
  if (!ready()) return;
  const { edit } = state;
  const rows = byHand(bars(), before, after);
  choose(note);
  text = note ? done + describe(note) : "deleted";
  if (!Object.keys(rows).length) return;
  if (note && !done) last = note.duration;
  change({ ...edit, by_hand: { ...edit.by_hand, ...rows } });
  draft = { notes: after, edit: state.edit };
}

/** Return the measures by hand that are to be unlocked: of the selection, of the chosen note, or all.
 * @param {Selection} selection */
function locked(selection) {
  const all = Object.keys(state.edit.by_hand).map((number) => Number(number) - 1);
  if (selection) return all.filter((index) => index >= selection[0] && index <= selection[1]);
  const note = chosen();
  const own = note ? measureOf(bars(), note.start) : -1;
  return all.includes(own) ? [own] : all;
}
