// Drawing on canvases: sharp at every pixel density, in the colours of the style sheet.

/** @import { MeasureInfo } from "./messages" */
/** @import { Selection } from "./edit.js" */

import { $ } from "./dom.js";

/** @typedef {CanvasRenderingContext2D} Paint */

export const FONT = "10px system-ui, sans-serif";

/** Clear a canvas, and return its context with coordinates in CSS pixels.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function begin(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, 1));
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  canvas.style.width = `${width}px`;
  const paint = /** @type {Paint} */ (canvas.getContext("2d"));
  paint.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint.clearRect(0, 0, width, height);
  paint.font = FONT;
  return paint;
}

/** The colours of the present frame: to look one up may compute all styles anew. @type {Map<string, string>} */
const palette = new Map();

/** Forget the colours before a frame: the reader may have changed them. */
export const forgetColours = () => palette.clear();

/** Return a colour of the style sheet as a canvas takes it, be it one that a reader forces. @param {string} name */
export function colour(name) {
  const probe = $("playhead"); // its own colours are never forced
  if (!palette.has(name)) {
    probe.style.outlineColor = `var(--${name})`;
    palette.set(name, getComputedStyle(probe).outlineColor);
  }
  return /** @type {string} */ (palette.get(name));
}

/** Fill a rectangle. @type {(paint: Paint, name: string, x: number, y: number, w: number, h: number) => void} */
export function fill(paint, name, x, y, width, height) {
  paint.fillStyle = colour(name);
  paint.fillRect(x, y, width, height);
}

/** Write small text around a height.
 * @type {(paint: Paint, name: string, text: string, x: number, y: number, align?: CanvasTextAlign) => void} */
export function write(paint, name, text, x, y, align = "left") {
  Object.assign(paint, { fillStyle: colour(name), textAlign: align, textBaseline: "middle" });
  paint.fillText(text, x, y);
}

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** By how many measures keys move. @type {Record<string, number>} */
export const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export const GUTTER = 34; // pixels at the left of what shows the tune over time: the keyboard and numbers

/** From quarter notes to the pixels of a canvas that shows a part of the tune, and back. */
export class Ruler {
  /** @param {Pick<MeasureInfo, "start" | "length">[]} measures
   * @param {number} width Of the whole tune.
   * @param {number} left Where it starts; negative where its start is out of view.
   * @param {number} view Width of the canvas. */
  constructor(measures, width, left = 0, view = width) {
    const last = measures[measures.length - 1];
    this.measures = measures;
    this.origin = left;
    this.view = view;
    this.scale = width / (last.start + last.length);
  }

  /** @param {number} quarter */
  x(quarter) {
    return this.origin + quarter * this.scale;
  }

  /** Return the quarter note at a pixel. @param {number} x */
  quarter(x) {
    return (x - this.origin) / this.scale;
  }

  /** Return whether a stretch of time is in view.
   * @param {{ start: number, length?: number, duration?: number }} stretch */
  shows({ start, length = 0, duration = length }) {
    return this.x(start + duration) >= GUTTER && this.x(start) <= this.view;
  }

  /** @param {number} index */
  left(index) {
    return this.x(this.measures[index].start);
  }

  /** @param {number} index */
  right(index) {
    return this.x(this.measures[index].start + this.measures[index].length);
  }

  /** Fill the selected measures. @param {Paint} paint @param {Selection} selection @param {number} height */
  mark(paint, selection, height) {
    if (!selection) return;
    const left = this.left(selection[0]);
    fill(paint, "pick", left, 0, this.right(selection[1]) - left, height);
  }

  /** Return the index of the measure at a pixel; the nearest one outside of the strip. @param {number} x */
  measureAt(x) {
    const index = this.measures.findIndex((_, measure) => x < this.right(measure));
    return index < 0 ? this.measures.length - 1 : index;
  }
}

const PRESS = 450; // milliseconds after which a finger draws
const STILL = 8; // pixels by which a resting finger may move

/** Call `move` while a pointer is dragged over an element, and `end` when it is released. A finger that swipes scrolls
 * the page: it draws after a long press, or at once in draw mode, where two fingers scroll.
 * @param {HTMLElement} element @param {(event: PointerEvent, x: number, y: number, first: boolean) => void} move
 * @param {(event: PointerEvent) => void} end
 * @param {boolean} taps Whether a finger's tap counts as a click: one call of each. */
export function drag(element, move, end = () => {}, taps = false) {
  /** The pointer that draws. @type {number | null} */
  let pointer = null;
  /** A finger that may yet swipe. @type {PointerEvent | null} */
  let resting = null;
  /** The second finger, which moves the view. @type {PointerEvent | null} */
  let second = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {PointerEvent} event @param {boolean} first */
  const report = (event, first) => {
    const box = element.getBoundingClientRect();
    move(event, event.clientX - box.left, event.clientY - box.top, first);
  };
  /** @param {PointerEvent} event */
  const start = (event) => {
    pointer = event.pointerId;
    element.setPointerCapture(pointer);
    element.classList.toggle("held", resting !== null);
    resting = null;
    report(event, true);
  };
  const forget = () => {
    clearTimeout(timer);
    resting = null;
  };
  /** @param {PointerEvent} event */
  const release = (event) => {
    const tap = taps && resting?.pointerId === event.pointerId && event.type === "pointerup";
    forget();
    if (tap) report(event, true);
    if (!tap && pointer !== event.pointerId) return;
    pointer = null;
    element.classList.remove("held");
    end(event);
  };
  /** @type {Record<string, (event: PointerEvent) => void>} */
  const listeners = {
    pointerdown(event) {
      const draws = event.pointerType !== "touch" || element.matches(".drawing *, .writing");
      if (pointer !== null || resting) {
        second = draws ? event : null;
        return release(new PointerEvent("pointercancel", { pointerId: pointer ?? 0 }));
      }
      second = null;
      if (event.button !== 0) return;
      if (draws) return start(event);
      resting = event;
      timer = setTimeout(() => start(event), PRESS);
    },
    pointermove(event) {
      const { pointerId, clientX, clientY } = event;
      if (pointer === pointerId) report(event, false);
      else if (second?.pointerId === pointerId) {
        element.closest(".scroller")?.scrollBy(second.clientX - clientX, 0);
        scrollBy(0, second.clientY - clientY);
        second = event;
      } else if (resting && Math.hypot(clientX - resting.clientX, clientY - resting.clientY) > STILL) forget();
    },
    pointerup: release,
    pointercancel: release,
  };
  for (const [type, listener] of Object.entries(listeners)) {
    element.addEventListener(type, (event) => listener(/** @type {PointerEvent} */ (event)));
  }
  for (const type of ["touchmove", "contextmenu"]) {
    element.addEventListener(type, (event) => {
      if (pointer !== null && event.cancelable) event.preventDefault(); // no scrolling, and no menu, while drawing
    }, { passive: false });
  }
}
