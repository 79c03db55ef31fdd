// The line that moves over the tune while it plays.

/** @import { Ruler } from "./canvas.js" */

import { player } from "./app.js";
import { GUTTER } from "./canvas.js";
import { $ } from "./dom.js";

const line = $("playhead");
const box = $("scroller");
let scale = 1; // pixels of a quarter note
let moving = false;

/** Start moving, if the tune plays. @param {Ruler} ruler */
export function start(ruler) {
  ({ scale } = ruler);
  if (player.playing && !moving) move();
}

function move() {
  const position = player.position();
  moving = player.playing;
  line.style.visibility = position === null ? "hidden" : "visible";
  if (!moving) return;
  if (position !== null) {
    const x = GUTTER + position * scale;
    line.style.transform = `translateX(${x}px)`;
    if (x < box.scrollLeft + GUTTER || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - GUTTER - 20;
  }
  requestAnimationFrame(move);
}
