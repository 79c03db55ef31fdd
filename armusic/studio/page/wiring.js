// What buttons, fields, keys and dropped files do.

import { change, compare, draw, play, player, save, state, step } from "./app.js";
import { clamp } from "./canvas.js";
import { onConnection } from "./connection.js";
import { $, input, onSlide, press } from "./dom.js";
import { emptyEdit, rollDice, scope } from "./edit.js";
import { say } from "./labels.js";
import { openExample, openFile, openMelody, saveSession } from "./opening.js";
import { rove } from "./toolbar.js";

const MIN_TEMPO = 20;
const MAX_TEMPO = 400;

/** @typedef {HTMLInputElement & HTMLSelectElement} Field */

/** What fields do when they change. @type {Record<string, (field: Field) => unknown>} */
const FIELDS = {
  async file(field) {
    await openFile(field.files?.[0]);
    field.value = "";
  },
  async examples(field) {
    if (field.value) await openExample(field.value);
    field.value = "";
  },
  async track(field) {
    await openMelody(field.value.includes(":") ? { track: field.value } : { tune: field.value });
    field.value = state.session.tracks.find(({ selected }) => selected)?.id ?? ""; // if that one failed
  },
  key: ({ value: key }) => change({ ...state.edit, key }),
  tempo(field) {
    const { bpm } = state.session;
    const tempo = clamp(Number(field.value) || bpm, MIN_TEMPO, MAX_TEMPO);
    field.value = String(tempo);
    player.pace = tempo === Math.round(bpm) ? 1 : tempo / bpm;
    save();
    draw();
  },
  keeps() {
    const boxes = [...$("keeps").querySelectorAll("input")].filter((box) => box.checked);
    change({ ...state.edit, keep: boxes.map(({ value }) => value).join(",") || "none" });
  },
  "each-measure": ({ checked }) => change({ ...state.edit, each_measure: checked }),
};

/** What buttons do. @type {Record<string, () => unknown>} */
const BUTTONS = {
  play,
  loop: () => (player.loop = !player.loop),
  metronome: () => (player.metronome = !player.metronome),
  "show-original": () => compare(true),
  "show-variation": () => compare(false),
  undo: () => step("undo"),
  redo: () => step("redo"),
  reset: () => change(emptyEdit()),
  draw: () => press("draw", document.body.classList.toggle("drawing")),
  dice() {
    const { session, selection, edit } = state;
    change(rollDice(edit, scope(session, selection), scope(session, null)));
  },
  "save-session": () => state.session && saveSession(),
  "message-close": () => ($("message").hidden = true),
};

/** Connect all controls. */
export function wire() {
  for (const [id, act] of Object.entries(FIELDS)) $(id).onchange = () => act(/** @type {Field} */ ($(id)));
  for (const [id, act] of Object.entries(BUTTONS)) {
    $(id).onclick = () => {
      act();
      draw();
    };
  }
  onSlide(input("natural"), (settled) => change({ ...state.edit, natural: Number(input("natural").value) }, settled));
  $("notes-box").addEventListener("toggle", draw);
  for (const id of ["more-tools", "sound-tools"]) {
    $(id).addEventListener("beforetoggle", () => { // menus open below the bar
      const bar = $("play").parentElement?.getBoundingClientRect();
      $(id).style.setProperty("--sheet-top", `${bar?.bottom}px`);
    });
  }
  for (const bar of document.querySelectorAll('[role="toolbar"]')) rove(/** @type {HTMLElement} */ (bar));
  wireDrop();
  wireHelp();
  onConnection((lost) => {
    if (lost) say("The server does not respond. If it has stopped, start armusic studio again: what you did is then " +
      "repeated.", true);
    else say("The server is back.");
  });
}

/** The list of keys opens by a button, and by its own key. */
function wireHelp() {
  const list = /** @type {HTMLDialogElement} */ ($("keys"));
  $("help").onclick = () => list.showModal();
  document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    const typing = /** @type {HTMLElement} */ (target).matches("input:not([type=range], [type=checkbox]), textarea");
    if (key === "?" && !typing && !ctrlKey && !metaKey && !altKey && !list.open) list.showModal();
  });
}

/** A file can be dropped anywhere; one that is dragged out of the page is not opened by it. */
function wireDrop() {
  const { classList, dataset } = document.body;
  /** @param {DragEvent} event */
  const holdsFile = ({ dataTransfer }) => !dataset.dragging && dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    classList.toggle("dropping", Boolean(holdsFile(event)));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    classList.remove("dropping");
    if (holdsFile(event) && state.model) openFile(event.dataTransfer?.files[0]);
  });
}
