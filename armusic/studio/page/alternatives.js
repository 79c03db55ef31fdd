// Alternatives: other answers to the present edit, heard and seen before one of them becomes the edit.

/** @import { Alternative } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { Shown } from "./state.js" */

import * as api from "./api.js";
import { change, state, update, withSession } from "./app.js";
import { $, button, make } from "./dom.js";
import { toRequest, withSeed } from "./edit.js";
import { fail, say } from "./labels.js";

const COUNT = 4;

/** @type {Alternative[]} */
let list = [];
/** The edit that they answer, and its own answer. @type {{ edit: Edit, shown: Shown } | null} */
let of = null;

button("find-alternatives").onclick = find;
button("use").onclick = () => state.audition && change(state.audition);

async function find() {
  const { edit, session } = state;
  button("find-alternatives").disabled = true;
  try {
    const shown = of?.edit === edit ? of.shown : state.shown;
    const { measures } = withSeed(session, edit, 0);
    const request = { edit: { ...toRequest(session, edit), measures }, count: COUNT };
    const answer = await withSession((open) => api.alternatives(open, request));
    if (edit !== state.edit) return;
    [list, of] = [answer, { edit, shown }];
    $("choices").replaceChildren();
    for (const number of [0, ...list.keys()].keys()) {
      make("button", $("choices"), { textContent: number ? String(number) : "This", onclick: () => audition(number) });
    }
    if (list.length) audition(1);
    else say("There is no other answer as good as this one.");
  } catch (error) {
    fail(/** @type {Error} */ (error));
  }
  draw();
}

/** @param {number} number From 1; 0 for the present answer. */
function audition(number) {
  if (!of) return;
  const alternative = list[number - 1];
  state.audition = alternative ? withSeed(state.session, of.edit, alternative.seed) : null;
  state.shown = alternative?.variation ?? of.shown;
  state.original = false;
  update();
}

export function draw() {
  const { edit, audition, pool } = state;
  const on = of?.edit === edit;
  $("alternatives").hidden = !Object.keys(edit.shifts).length && edit.seed === null;
  button("find-alternatives").disabled = !pool?.ready;
  $("choices").hidden = !on || !list.length;
  button("use").hidden = !on || !audition;
  const shown = audition ? list.findIndex(({ seed }) => seed === audition.seed) + 1 : 0;
  [...$("choices").children].forEach((choice, number) => (choice.ariaPressed = String(number === shown)));
}
