// Drawing on canvases: sharp at every pixel density, in the colours of the style sheet.

/** @import { MeasureInfo } from "./messages" */

/** @typedef {(name: string) => string} Colours */

/**
 * Clear a canvas, and return its context with coordinates in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function begin(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, 1));
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  canvas.style.width = `${width}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`);
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** From quarter notes to pixels and back, for a strip that shows the whole tune. */
export class Ruler {
  /**
   * @param {Pick<MeasureInfo, "start" | "length">[]} measures
   * @param {number} width
   */
  constructor(measures, width) {
    const last = measures[measures.length - 1];
    this.measures = measures;
    this.width = width;
    this.scale = width / (last.start + last.length);
  }

  /** @param {number} quarter */
  x(quarter) {
    return quarter * this.scale;
  }

  /** @param {number} index */
  left(index) {
    return this.x(this.measures[index].start);
  }

  /** @param {number} index */
  right(index) {
    return this.x(this.measures[index].start + this.measures[index].length);
  }

  /**
   * Return the index of the measure at a pixel; the nearest one outside of the strip.
   * @param {number} x
   */
  measureAt(x) {
    if (x < 0) return 0;
    const index = this.measures.findIndex((_, measure) => x < this.right(measure));
    return index < 0 ? this.measures.length - 1 : index;
  }
}

/**
 * Call `move` while a pointer is dragged over an element, and `end` when it is released.
 * @param {HTMLElement} element
 * @param {(event: PointerEvent, x: number, y: number, first: boolean) => void} move
 * @param {(event: PointerEvent) => void} end
 */
export function drag(element, move, end = () => {}) {
  /** @type {number | null} */
  let pointer = null;
  /**
   * @param {PointerEvent} event
   * @param {boolean} first
   */
  const report = (event, first) => {
    const box = element.getBoundingClientRect();
    move(event, event.clientX - box.left, event.clientY - box.top, first);
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointer = event.pointerId;
    element.setPointerCapture(pointer);
    report(event, true);
  });
  element.addEventListener("pointermove", (event) => {
    if (pointer === event.pointerId) report(event, false);
  });
  /** @param {PointerEvent} event */
  const release = (event) => {
    if (pointer !== event.pointerId) return;
    pointer = null;
    end(event);
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
}
