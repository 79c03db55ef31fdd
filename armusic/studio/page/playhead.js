// The line that moves over the piano roll while a tune plays.

/** @import { Player } from "./player.js" */

import { Ruler } from "./canvas.js";
import { $ } from "./dom.js";

export class Playhead {
  ruler = new Ruler([{ start: 0, length: 1 }], 1);
  #moving = false;

  /** @param {Player} player */
  constructor(player) {
    this.player = player;
  }

  /** Start moving, if the tune plays. */
  start() {
    if (this.player.playing && !this.#moving) this.#move();
  }

  #move() {
    const { playing } = this.player;
    const position = this.player.position();
    const line = $("playhead");
    this.#moving = playing;
    line.style.visibility = position === null ? "hidden" : "visible";
    if (!playing) return;
    if (position !== null) {
      const x = this.ruler.x(position);
      const box = $("scroller");
      line.style.transform = `translateX(${x}px)`;
      if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - 20;
    }
    requestAnimationFrame(() => this.#move());
  }
}
