// How much of the tune is in view: by buttons, by the wheel with Ctrl, and by the keys + - 0.

/** @import { MeasureInfo } from "./messages" */

import { draw } from "./app.js";
import { clamp, GUTTER, Ruler } from "./canvas.js";
import { $, button } from "./dom.js";

const MIN_MEASURE = 30; // pixels, without zoom
const MAX_MEASURE = 900;
const FINGER = 160; // in which a finger can edit notes
const STEP = 1.4;
const WHEEL = 0.002; // of a pixel
/** @type {Record<string, -1 | 0 | 1>} */
const KEYS = { "+": 1, "=": 1, "-": -1, "0": 0 };

const box = $("scroller");
let factor = 1;
let count = 1; // of measures

box.addEventListener("scroll", draw, { passive: true });
box.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(factor * Math.exp(-event.deltaY * WHEEL), event.clientX - box.getBoundingClientRect().left);
}, { passive: false });
box.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || KEYS[event.key] === undefined) return;
  event.preventDefault();
  step(KEYS[event.key]);
});
button("write").addEventListener("click", () => {
  const narrow = (FINGER / resize()) * count;
  const fingers = matchMedia("(any-pointer: coarse)").matches && $("roll").matches(".writing");
  if (fingers && narrow > 1) zoom(factor * narrow, GUTTER);
});
for (const [id, by] of Object.entries({ "zoom-out": -1, "zoom-in": 1, "zoom-fit": 0 })) {
  button(id).onclick = () => step(by);
}

/** @param {number} by 1 for more, -1 for less, 0 for the whole tune. */
const step = (by) => zoom(by ? factor * STEP ** by : 0, (GUTTER + box.clientWidth) / 2);

/** @param {number} wish @param {number} around The pixel of the box that stays where it is. */
function zoom(wish, around) {
  const [low, high] = limits();
  const next = clamp(wish, low, high);
  const left = (around - GUTTER + box.scrollLeft) * (next / factor) - (around - GUTTER);
  factor = next;
  resize();
  box.scrollLeft = left;
  draw();
}

/** The width of the tune without zoom. */
const width = () => Math.max(box.clientWidth - GUTTER, count * MIN_MEASURE);

/** The factors at which the whole tune is in view, and at which a measure is as wide as it can be. */
const limits = () => [(box.clientWidth - GUTTER) / width(), Math.max((count * MAX_MEASURE) / width(), 1)];

function resize() {
  $("strip").style.width = `${width() * factor + GUTTER}px`;
  return width() * factor;
}

/** Return the ruler of what is in view. @param {Pick<MeasureInfo, "start" | "length">[]} measures */
export function viewOf(measures) {
  count = measures.length;
  const [low, high] = limits();
  factor = clamp(factor, low, high);
  button("zoom-out").disabled = button("zoom-fit").disabled = factor <= low * 1.001;
  button("zoom-in").disabled = factor >= high * 0.999;
  return new Ruler(measures, resize(), GUTTER - box.scrollLeft, box.clientWidth);
}
