// Texts and buttons outside of the canvases.

/** @import { Example, ModelInfo, Session } from "./messages" */
/** @import { Situation } from "./state.js" */
/** @import { History } from "./history.js" */
/** @import { Player } from "./player.js" */

import { $, button, input, make, select } from "./dom.js";
import { hasCurve, isNew, numbers } from "./edit.js";

/** Show a message, or an error, in place of the one before. */
export function say(text = "", isError = false) {
  const box = $(isError ? "message" : "status");
  box.textContent = text;
  if (isError) box.hidden = !text;
  else $("message").hidden = true;
}

/** @param {Error} error */
export const fail = (error) => say(error.message, true);

/**
 * Fill the fields that do not depend on a tune.
 * @param {ModelInfo} model
 * @param {Example[]} examples
 * @param {(id: string) => void} openExample
 */
export function fill(model, examples, openExample) {
  $("pad-box").hidden = model.attributes.length < 2;
  $("score-box").hidden = !model.score;
  input("file").accept = model.suffixes.join(",");
  const keys = model.keys.map((key) => new Option(key.replace(":", " "), key));
  select("key").replaceChildren(new Option("the tune's own", "auto"), new Option("any pitch", "off"), ...keys);
  $("examples").append(...examples.map(({ id, title }) => new Option(title, id)));
  $("welcome-examples").replaceChildren();
  for (const { id, title } of examples) {
    make("button", $("welcome-examples"), { textContent: title, onclick: () => openExample(id) });
  }
}

/**
 * Show what a tune is and what else could be read from its file.
 * @param {Session} session
 * @param {number} pace
 */
export function describe(session, pace) {
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
  input("tempo").value = String(Math.round(session.bpm * pace));
  document.title = `${title} – armusic studio`;
  $("scroller").scrollLeft = 0;
}

/**
 * Show notation.
 * @param {string} svg
 * @param {string} name
 */
export function showScore(svg, name) {
  const image = /** @type {HTMLImageElement} */ ($("score"));
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.alt = `The ${name} as notation`;
}

/**
 * Update the buttons and the hint.
 * @param {Situation} situation
 * @param {History} history
 * @param {Player} player
 */
export function update({ session, edit, original, selection, pool }, history, player) {
  button("undo").disabled = !history.past.length;
  button("redo").disabled = !history.future.length;
  button("reset").disabled = isNew(edit);
  select("key").value = edit.key;
  input("natural").value = String(edit.natural);
  input("each-measure").disabled = hasCurve(session, edit);
  input("each-measure").checked = edit.each_measure || hasCurve(session, edit);
  press("show-original", original);
  press("show-variation", !original);
  press("loop", player.loop);
  press("metronome", player.metronome);
  $("play-label").textContent = player.playing ? "Stop" : "Play";
  $("play-icon").setAttribute("href", player.playing ? "#i-stop" : "#i-play");
  $("hint").textContent = selection
    ? `Playing and editing measures ${numbers(session, selection).join("–")}. Escape clears the selection.`
    : "Drag on the piano roll to select measures; draw on a lane to set a curve of targets.";
  const searching = pool !== null && !pool.ready && !pool.error;
  $("pool").hidden = !searching;
  if (searching) /** @type {HTMLProgressElement} */ ($("pool-progress")).value = pool.progress;
}

/**
 * @param {string} id
 * @param {boolean} pressed
 */
const press = (id, pressed) => $(id).setAttribute("aria-pressed", String(pressed));
