// The page: its parts, and what they do about the state, which app.js keeps.

import * as alternatives from "./alternatives.js";
import { announceChanges } from "./announcer.js";
import * as answers from "./answers.js";
import * as api from "./api.js";
import { choose, draw, get, on, play, player, state, step, works } from "./app.js";
import { forgetColours } from "./canvas.js";
import { $ } from "./dom.js";
import * as exports from "./exports.js";
import { wireKeys } from "./keys.js";
import * as labels from "./labels.js";
import { Lane } from "./lane.js";
import * as mixer from "./mixer.js";
import * as opening from "./opening.js";
import * as pad from "./pad.js";
import * as playhead from "./playhead.js";
import * as provisional from "./provisional.js";
import * as roll from "./roll.js";
import * as score from "./score.js";
import { keepSettings } from "./settings.js";
import { Slider } from "./slider.js";
import { listNotes } from "./spoken.js";
import * as timeline from "./timeline.js";
import { wire } from "./wiring.js";
import { viewOf } from "./zoom.js";

/** @type {(Slider | Lane)[]} */
let parts = [];

function paint() {
  forgetColours();
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const pixels = (name) => parseFloat(style.getPropertyValue(name));
  const ruler = viewOf(state.session.measures);
  const sizes = { headHeight: pixels("--head"), rollHeight: pixels("--roll"), laneHeight: pixels("--lane") - 1 };
  const view = { ...get(), ruler, ...sizes };
  for (const part of [timeline, roll, ...parts, pad, exports, score, alternatives, provisional]) part.draw(view);
  announceChanges(view);
  listNotes(view);
  labels.update(view, player);
  playhead.start(ruler);
}

function leave() {
  answers.forget();
  score.forget();
}

function open() {
  leave();
  labels.describe(state.session, player.pace);
  mixer.describe();
}

Object.assign(on, { leave, open, paint, edit: answers.request, restore: answers.watch });
wire();
wireKeys(
  { play, clear: () => choose(null), undo: () => step("undo"), redo: () => step("redo") },
  () => Boolean(state.session),
);
new ResizeObserver(draw).observe($("scroller"));
for (const setting of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(setting).addEventListener("change", draw);
}
for (const event of ["focusin", "focusout"]) $("lanes").addEventListener(event, draw);
addEventListener("beforeunload", (event) => {
  if (works.unsaved.size) event.preventDefault(); // what is stored comes back by itself
});
addEventListener("pagehide", () => state.session && api.leave(state.session));

async function start() {
  state.model = await api.model();
  const examples = await api.examples();
  parts = state.model.attributes.flatMap((attribute) => [new Slider(attribute), new Lane(attribute)]);
  pad.offer();
  exports.fill();
  labels.fill(state.model, examples, opening.openExample);
  await opening.resume();
  keepSettings();
}

// For tests, and for those who like to look inside.
const unsaved = () => works.unsaved.size;
Object.assign(window, { studio: { get, player, scheduled: player.scheduled, ready: exports.ready, unsaved } });
start().catch(labels.fail);
