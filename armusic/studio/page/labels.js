// Texts and buttons outside of the canvases.

/** @import { Example, ModelInfo, Session, Track } from "./messages" */
/** @import { Situation } from "./state.js" */
/** @import { Player } from "./player.js" */

import { announce } from "./announcer.js";
import { $, button, input, list, make, press, select } from "./dom.js";
import { hasCurve, isNew, keeps, numbers } from "./edit.js";

/** Show a message, or an error, in place of the one before. */
export function say(text = "", isError = false) {
  $(isError ? "message-text" : "status").textContent = text;
  $("message").hidden = !isError || !text;
  if (!isError) announce(text);
}

/** @param {Error} error */
export const fail = (error) => say(error.message, true);

/** Fill the fields that do not depend on a tune.
 * @param {ModelInfo} model @param {Example[]} examples @param {(id: string) => void} openExample */
export function fill(model, examples, openExample) {
  $("pad-box").hidden = model.attributes.length < 2;
  $("score-box").hidden = !model.score;
  input("file").accept = [...model.suffixes, ".armusic"].join(",");
  const keys = model.keys.map((key) => new Option(key.replace(":", " "), key));
  select("key").replaceChildren(new Option("the tune's own", "auto"), new Option("any pitch", "off"), ...keys);
  for (const [name, title] of Object.entries(model.keeps)) {
    const label = make("label", $("keeps"), { className: "check", title: `Keeps ${title}` });
    make("input", label, { type: "checkbox", value: name });
    label.append(` ${name}`);
  }
  $("examples").append(...examples.map(({ id, title }) => new Option(title, id)));
  $("welcome-examples").replaceChildren();
  for (const { id, title } of examples) {
    make("button", $("welcome-examples"), { textContent: title, onclick: () => openExample(id) });
  }
}

/** Show what a tune is and what else could be read from its file. @param {Session} session @param {number} pace */
export function describe(session, pace) {
  const { remarks, tracks } = session;
  const title = session.title || session.name;
  $("welcome").hidden = true;
  $("work").hidden = false;
  $("save-session").hidden = false;
  $("title").textContent = title;
  $("summary").textContent = session.summary;
  list("remarks", remarks);
  $("remarks-box").hidden = !remarks.length;
  $("remarks-title").textContent = `${remarks.length} remark${remarks.length > 1 ? "s" : ""}`;
  $("track-field").hidden = tracks.length < 2;
  offer(tracks);
  input("tempo").value = String(Math.round(session.bpm * pace));
  document.title = `${title} – armusic studio`;
  $("scroller").scrollLeft = 0;
}

/** Offer the melodies of a file; those that cannot be used with the reason. @param {Track[]} tracks */
export function offer(tracks) {
  select("track").replaceChildren(...tracks.map(({ id, name, notes, selected, problem }) => {
    const text = problem ? `${name}: ${problem}` : notes ? `${name} (${notes} notes)` : name;
    return Object.assign(new Option(text, id, selected, selected), { disabled: Boolean(problem) });
  }));
}

/** Update the buttons and the hint. @param {Situation} situation @param {Player} player */
export function update({ session, edit, history, original, selection, pool, shown, settled }, player) {
  button("undo").disabled = !history.past.length;
  button("redo").disabled = !history.future.length;
  button("reset").disabled = isNew(edit);
  select("key").value = edit.key;
  input("natural").value = String(edit.natural);
  for (const box of $("keeps").querySelectorAll("input")) box.checked = keeps(edit).split(",").includes(box.value);
  input("each-measure").disabled = hasCurve(session, edit);
  input("each-measure").checked = edit.each_measure || hasCurve(session, edit);
  press("show-original", original);
  press("show-variation", !original);
  press("loop", player.loop);
  press("metronome", player.metronome);
  const { problem } = player;
  if ($("silence").textContent !== problem) announce(($("silence").textContent = problem));
  $("silence").hidden = !problem;
  $("play-label").textContent = player.playing ? "Stop" : "Play";
  $("play-icon").setAttribute("href", player.playing ? "#i-stop" : "#i-play");
  $("hint").textContent = selection
    ? `Playing and editing measures ${numbers(session, selection).join("–")}. Escape clears the selection.`
    : "Drag on the ruler to select measures; draw on a lane to set a curve of targets.";
  list("noted", settled && !original ? shown.remarks : []);
  const searching = pool !== null && !pool.ready && !pool.error;
  $("pool").hidden = !searching;
  if (searching) /** @type {HTMLProgressElement} */ ($("pool-progress")).value = pool.progress;
}
