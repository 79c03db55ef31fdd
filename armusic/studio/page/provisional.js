// What is shown before the search is over is marked as provisional; a button takes what the search has found.

import { better } from "./answers.js";
import { state } from "./app.js";
import { $, button } from "./dom.js";
import { isEmpty } from "./edit.js";

button("take").onclick = better;

export function draw() {
  const { shown, pool, edit, original, answered } = state;
  $("provisional").hidden = shown.loop !== "open" || isEmpty(edit) || original;
  button("take").hidden = !pool?.ready || answered !== edit;
  $("nearly").title = pool?.error || "Near the targets: the search goes on";
}
