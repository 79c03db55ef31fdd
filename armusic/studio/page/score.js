// Notation of what is shown: engraved when nothing else is to be done, and only where it can be seen.

/** @import { Session } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { Situation } from "./state.js" */

/** @typedef {{ session: Session, edit: Edit, loop: "auto" | "open" | "closed", pace: number }} Wanted */

import * as api from "./api.js";
import { withSession } from "./app.js";
import { $ } from "./dom.js";
import { emptyEdit, toRequest } from "./edit.js";
import { fail } from "./labels.js";

const PAUSE = 400; // milliseconds without a change
const ORIGINAL = emptyEdit();

const box = /** @type {HTMLDetailsElement} */ ($("score-box"));
const image = /** @type {HTMLImageElement} */ ($("score"));
/** What is to be engraved. @type {Wanted | null} */
let wanted = null;
/** What the notation shows. @type {Wanted | null} */
let drawn = null;
let isSettled = false;
let isVisible = false;

const queue = api.latestOnly(
  (/** @type {Wanted} */ { edit, loop, pace }, signal) => withSession((session) =>
    api.score(session, { ...toRequest(session, edit), loop }, pace * session.bpm, signal)),
  show,
  fail,
  { patience: Infinity, pause: PAUSE },
);

box.addEventListener("toggle", engrave);
new IntersectionObserver((entries) => {
  isVisible = entries.some((entry) => entry.isIntersecting);
  engrave();
}).observe(box);

/** @param {Situation} situation */
export function draw({ model, session, edit: own, audition, shown, original, pace, settled }) {
  if (!model.score) return;
  const edit = original ? ORIGINAL : audition ?? own;
  const loop = original ? "auto" : shown.loop ?? "auto";
  const rests = settled || original;
  const same = wanted?.session === session && wanted.edit === edit && wanted.loop === loop && wanted.pace === pace;
  if (same && rests === isSettled) return;
  if (!same) {
    queue.drop();
    wanted = { session, edit, loop, pace };
  }
  isSettled = rests;
  box.classList.toggle("old", drawn !== wanted);
  engrave();
}

function engrave() {
  if (wanted && drawn !== wanted && isSettled && isVisible && box.open) queue.push(wanted);
}

/** Another tune is open: it is not shown with this notation, nor are this one's edits sent with it. */
export function forget() {
  queue.drop();
  wanted = drawn = null;
  URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  image.alt = "";
}

/** @param {string} svg @param {Wanted} answered */
function show(svg, answered) {
  if (answered !== wanted) return;
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.alt = `The ${answered.edit === ORIGINAL ? "original" : "variation"} as notation`;
  drawn = answered;
  box.classList.remove("old");
}
