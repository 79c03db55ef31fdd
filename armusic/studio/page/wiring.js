// What buttons, keys and dropped files do.

import { nothing } from "./edit.js";

const $ = (id) => document.getElementById(id);
const on = (id, event, act) => $(id).addEventListener(event, act);

export function wire({ play, step, hear, draw, save, change, openFile, openExample, chooseTrack, chooseKey, roll, score, player, get }) {
  on("file", "change", async ({ target }) => {
    await openFile(target.files[0]);
    target.value = "";
  });
  on("examples", "change", async ({ target }) => {
    if (target.value) await openExample(target.value);
    target.value = "";
  });
  on("track", "change", ({ target: { value } }) => chooseTrack(value.includes(":") ? { track: value } : { tune: Number(value) }));
  on("key", "change", ({ target }) => chooseKey(target.value));
  on("tempo", "change", ({ target }) => {
    const { bpm } = get().session;
    target.value = Math.min(Math.max(Number(target.value) || bpm, 20), 400);
    player.pace = Number(target.value) === Math.round(bpm) ? 1 : target.value / bpm;
    save();
    draw();
  });
  on("play", "click", play);
  for (const name of ["loop", "metronome"]) on(name, "click", () => draw((player[name] = !player[name])));
  on("hear-a", "click", () => hear(true));
  on("hear-b", "click", () => hear(false));
  for (const act of ["undo", "redo"]) on(act, "click", () => step(act));
  on("reset", "click", () => change(nothing()));
  on("dice", "click", roll);
  on("score-box", "toggle", score);

  document.addEventListener("keydown", (event) => {
    if (!get().session) return;
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (key === " " && !command && !event.target.closest("button, select, input, summary, a")) play();
    else if (command && key === "z" && event.target.type !== "number") step(event.shiftKey ? "redo" : "undo");
    else if (command && key === "y") step("redo");
    else return;
    event.preventDefault();
  });

  // A file can be dropped anywhere; what is dragged out of the page is not taken back in.
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files") && !document.body.dataset.dragging;
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", Boolean(holdsFile(event)));
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    if (holdsFile(event) && get().model) openFile(event.dataTransfer.files[0]);
  });
}
