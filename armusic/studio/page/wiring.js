// What buttons, fields, keys and dropped files do.

/** @import { View } from "./state.js" */
/** @import { Edit } from "./edit.js" */
/** @import { Player } from "./player.js" */
/** @import { Reading } from "./messages" */

import { clamp } from "./canvas.js";
import { $, input, select } from "./dom.js";
import { emptyEdit } from "./edit.js";

const MIN_TEMPO = 20;
const MAX_TEMPO = 400;

/**
 * @typedef {object} Actions
 * @property {() => void} play
 * @property {(act: "undo" | "redo") => void} step
 * @property {(original: boolean) => void} compare
 * @property {() => void} draw
 * @property {() => void} save
 * @property {(edit: Edit, settled?: boolean) => void} change
 * @property {(file?: File) => Promise<unknown>} openFile
 * @property {(id: string) => Promise<unknown>} openExample
 * @property {(choice: Partial<Reading>) => void} chooseTrack
 * @property {(key: string) => void} chooseKey
 * @property {() => void} rollDice
 * @property {() => void} drawScore
 * @property {Player} player
 * @property {() => Pick<View, "model" | "session" | "edit">} get
 */

/**
 * @param {string} id
 * @param {string} event
 * @param {(event: Event) => unknown} act
 */
const on = (id, event, act) => $(id).addEventListener(event, act);

/** @param {Actions} actions */
export function wire(actions) {
  wireControls(actions);
  wireKeys(actions);
  wireDrop(actions);
}

/** @param {Actions} actions */
function wireControls(actions) {
  const { player, get, draw } = actions;
  on("file", "change", async () => {
    await actions.openFile(input("file").files?.[0]);
    input("file").value = "";
  });
  on("examples", "change", async () => {
    const examples = select("examples");
    if (examples.value) await actions.openExample(examples.value);
    examples.value = "";
  });
  on("track", "change", () => {
    const { value } = select("track");
    actions.chooseTrack(value.includes(":") ? { track: value } : { tune: value });
  });
  on("key", "change", () => actions.chooseKey(select("key").value));
  on("tempo", "change", () => {
    const { bpm } = get().session;
    const tempo = clamp(Number(input("tempo").value) || bpm, MIN_TEMPO, MAX_TEMPO);
    input("tempo").value = String(tempo);
    player.pace = tempo === Math.round(bpm) ? 1 : tempo / bpm;
    actions.save();
    draw();
  });
  on("play", "click", actions.play);
  on("loop", "click", () => {
    player.loop = !player.loop;
    draw();
  });
  on("metronome", "click", () => {
    player.metronome = !player.metronome;
    draw();
  });
  on("show-original", "click", () => actions.compare(true));
  on("show-variation", "click", () => actions.compare(false));
  on("undo", "click", () => actions.step("undo"));
  on("redo", "click", () => actions.step("redo"));
  on("reset", "click", () => actions.change(emptyEdit()));
  for (const event of ["input", "change"]) {
    on("natural", event, () => {
      actions.change({ ...get().edit, natural: Number(input("natural").value) }, event === "change");
    });
  }
  on("each-measure", "change", () => {
    actions.change({ ...get().edit, each_measure: input("each-measure").checked });
  });
  on("dice", "click", actions.rollDice);
  on("score-box", "toggle", actions.drawScore);
}

/** @param {Actions} actions */
function wireKeys({ get, play, step }) {
  document.addEventListener("keydown", (event) => {
    if (!get().session) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    const inNumber = target instanceof HTMLInputElement && target.type === "number";
    if (key === " " && !command && !target.closest("button, select, input, summary, a")) play();
    else if (command && key === "z" && !inNumber) step(event.shiftKey ? "redo" : "undo");
    else if (command && key === "y") step("redo");
    else return;
    event.preventDefault();
  });
}

/**
 * A file can be dropped anywhere; one that is dragged out of the page is not opened by it.
 * @param {Actions} actions
 */
function wireDrop({ get, openFile }) {
  /** @param {DragEvent} event */
  const holdsFile = (event) => !document.body.dataset.dragging && event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", Boolean(holdsFile(event)));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    if (holdsFile(event) && get().model) openFile(event.dataTransfer?.files[0]);
  });
}
