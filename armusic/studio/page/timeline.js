// The ruler above the piano roll: a click goes to a beat, dragging selects measures.

/** @import { View } from "./state.js" */

import { choose, draw as drawAll, get, player } from "./app.js";
import { begin, clamp, colour, drag, fill, GUTTER, MOVES, write } from "./canvas.js";
import { $, canvas } from "./dom.js";
import { numbers, passing } from "./edit.js";
import { measureOf, nearestBeat } from "./time.js";

const STILL = 4; // pixels by which a click may move
const FONT = "11px system-ui, sans-serif";

/** What was drawn last. @type {View} */
let view;
/** The measure at which a selection began. */
let anchor = 0;
let [origin, moved] = [0, false];

drag(canvas("ruler"), (_, x, __, first) => {
  if (first) [origin, moved] = [x, false];
  moved ||= Math.abs(x - origin) > STILL;
  if (moved) select(view.ruler.measureAt(origin), view.ruler.measureAt(x));
}, ({ type }) => {
  if (type === "pointerup" && !moved) seek(nearestBeat(view.session.measures, view.ruler.quarter(origin)));
}, true);

/** Select measures. @param {number} from @param {number} to */
export const select = (from, to) => choose([Math.min(from, to), Math.max(from, to)]);

/** @param {number} quarter */
function seek(quarter) {
  player.seek(quarter);
  drawAll();
}

$("ruler").onkeydown = (event) => {
  const by = MOVES[event.key];
  if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const { selection, cue, session: { measures } } = get(); // as it is: two keys can come before a frame is drawn
  const here = measureOf(measures, cue);
  if (!event.shiftKey) return seek(measures[clamp(here + by, 0, measures.length - 1)].start);
  if (!selection) anchor = here;
  const end = selection && (selection[0] === anchor ? selection[1] : selection[0]);
  select(anchor, end === null ? here : clamp(end + by, 0, measures.length - 1));
};

/** @param {View} next */
export function draw(next) {
  view = next;
  const { session, edit, original, selection, ruler, headHeight: height, cue } = view;
  const paint = begin(canvas("ruler"), ruler.view, height);
  ruler.mark(paint, selection, height);
  if (selection) {
    const left = ruler.left(selection[0]);
    fill(paint, "same", left, height - 3, ruler.right(selection[1]) - left, 3);
  }
  paint.font = FONT;
  let free = -Infinity;
  session.measures.forEach((measure, index) => {
    if (!ruler.shows(measure)) return;
    const x = ruler.left(index);
    const gap = passing(session, index) !== "";
    fill(paint, gap ? "soft" : "line", x, 0, gap ? 3 : 1, height);
    const newMetre = index === 0 || session.measures[index - 1].written !== measure.written;
    const mark = edit.by_hand[index + 1] && !original ? " ✎" : "";
    const name = `${gap ? "… " : ""}${measure.number}${mark}${newMetre ? `  ${measure.written}` : ""}`;
    if (x < free) return;
    write(paint, "soft", name, x + 6, height / 2 + 1);
    free = x + paint.measureText(name).width + 11;
  });
  const x = ruler.x(cue);
  paint.fillStyle = colour("ink");
  paint.beginPath();
  for (const [dx, y] of [[-5, 0], [6, 0], [0.5, 8]]) paint.lineTo(x + dx, y);
  paint.fill();
  fill(paint, "card", 0, 0, GUTTER - 6, height);
  label();
}

function label() {
  const { selection, cue, session } = view;
  const { measures } = session;
  const index = measureOf(measures, cue);
  const into = cue - measures[index].start;
  const beyond = into > 0 ? `, quarter note ${+(into + 1).toFixed(2)}` : "";
  const gap = passing(session, index);
  const behind = gap ? `, before which ${gap}` : "";
  const selected = selection ? `; measures ${numbers(session, selection).join(" to ")} are selected` : "";
  Object.assign($("ruler"), {
    ariaValueNow: index + 1, ariaValueMin: 1, ariaValueMax: measures.length,
    ariaValueText: `measure ${measures[index].number}${behind}${beyond}${selected}`,
  });
}
