// A pad for two attributes: a point over a map that is darker where both targets are met.

/** @import { AttributeInfo, SurfaceInfo, SurfaceRequest } from "./messages" */
/** @import { Colours } from "./canvas.js" */
/** @import { Edit } from "./edit.js" */
/** @import { Tools, View } from "./state.js" */

/** @typedef {(value: number) => number} Axis From a value to a pixel. */

import * as api from "./api.js";
import { begin, clamp, colours, drag } from "./canvas.js";
import { format, mean, scope, shiftMean, targets } from "./edit.js";

const EDGE = 9;
const STEP = 0.04;
const POINTS = 11;
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Pad {
  width = 0;
  height = 0;
  /** @type {AttributeInfo[]} */
  attributes = [];
  /** @type {View | null} */
  #view = null;
  /** The map, and what it is a map of. @type {{ of: string, surface: SurfaceInfo } | null} */
  #map = null;
  #requested = "";

  /**
   * @param {{ canvas: HTMLCanvasElement, across: HTMLSelectElement, up: HTMLSelectElement }} elements
   * @param {Tools} tools
   */
  constructor({ canvas, across, up }, { get, change, fail, withSession }) {
    this.canvas = canvas;
    this.selects = [across, up];
    this.get = get;
    this.queue = new api.LatestOnly(
      (/** @type {{ of: string, body: SurfaceRequest }} */ { body }, signal) =>
        withSession((session) => api.surface(session, body, signal)),
      (surface, { of }) => {
        this.#map = { of, surface };
        this.#redraw();
      },
      fail,
      { patience: Infinity, pause: 150 },
    );
    for (const select of this.selects) {
      select.addEventListener("change", () => {
        const other = this.selects[select === across ? 1 : 0];
        if (other.value === select.value) other.selectedIndex = (select.selectedIndex + 1) % select.options.length;
        this.#redraw();
      });
    }
    let base = get().edit;
    drag(canvas, (_, x, y, first) => {
      if (first) base = get().edit;
      const parts = [(x - EDGE) / (this.width - 2 * EDGE), 1 - (y - EDGE) / (this.height - 2 * EDGE)];
      change(this.#withMeans(base, parts.map((part, axis) => this.#value(axis, part))), false);
    }, () => change(get().edit));
    canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const parts = this.#points().goal.map((value, axis) => this.#part(axis, value) + step[axis] * STEP);
      change(this.#withMeans(get().edit, parts.map((part, axis) => (step[axis] ? this.#value(axis, part) : null))));
    });
  }

  /** @param {AttributeInfo[]} attributes */
  fill(attributes) {
    this.attributes = attributes;
    this.selects.forEach((select, axis) => {
      select.replaceChildren(...attributes.map(({ label, name }) => new Option(label, name)));
      select.selectedIndex = Math.min(axis, attributes.length - 1);
    });
    if (attributes.length > 2) [this.selects[0].selectedIndex, this.selects[1].selectedIndex] = [2, 1];
  }

  get names() {
    return this.selects.map((select) => select.value);
  }

  #redraw() {
    if (this.#view) this.draw(this.#view);
  }

  /**
   * @param {Edit} edit
   * @param {(number | null)[]} values Mean of each attribute; null where it stays.
   */
  #withMeans(edit, values) {
    const { session, selection } = this.get();
    return this.names.reduce((result, name, axis) => {
      const value = values[axis];
      if (value === null || edit.locks.includes(name)) return result;
      return shiftMean(session, result, name, scope(session, selection), value);
    }, edit);
  }

  /** @param {number} axis */
  #scale(axis) {
    return this.get().session.scales[this.names[axis]];
  }

  /**
   * @param {number} axis
   * @param {number} value
   */
  #part(axis, value) {
    const { low, high } = this.#scale(axis);
    return (value - low) / (high - low || 1);
  }

  /**
   * @param {number} axis
   * @param {number} part
   */
  #value(axis, part) {
    const { low, high } = this.#scale(axis);
    return low + (high - low) * clamp(part, 0, 1);
  }

  #points() {
    const { session, selection, edit, shown } = this.get();
    const indices = scope(session, selection);
    /** @param {(name: string) => number[]} values */
    const means = (values) => this.names.map((name) => mean(values(name), indices));
    return {
      before: means((name) => session.values[name]),
      goal: means((name) => targets(session, edit, name)),
      now: means((name) => shown.values[name]),
    };
  }

  /** @param {View} view */
  draw(view) {
    this.#view = view;
    if (this.attributes.length < 2) return;
    const { session, edit } = view;
    this.width = /** @type {HTMLElement} */ (this.canvas.parentElement).clientWidth - 24;
    this.height = this.canvas.clientHeight;
    if (this.height < 40) return;
    const of = JSON.stringify([session.id, session.reading, edit.key, this.names]);
    if (this.#requested !== of && view.pool?.ready) {
      this.#requested = of;
      this.queue.push({ of, body: { names: this.names, points: POINTS, key: edit.key } });
    }
    const paint = begin(this.canvas, this.width, this.height);
    const colour = colours();
    /** @type {Axis} */
    const x = (value) => EDGE + clamp(this.#part(0, value), 0, 1) * (this.width - 2 * EDGE);
    /** @type {Axis} */
    const y = (value) => this.height - EDGE - clamp(this.#part(1, value), 0, 1) * (this.height - 2 * EDGE);
    paint.fillStyle = colour("black");
    paint.fillRect(0, 0, this.width, this.height);
    if (this.#map?.of === of) this.#surface(this.#map.surface, paint, colour, x, y);
    const { before, goal, now } = this.#points();
    /**
     * @param {number[]} point
     * @param {number} radius
     * @param {string | null} fill
     * @param {string} stroke
     */
    const circle = (point, radius, fill, stroke) => {
      paint.beginPath();
      paint.arc(x(point[0]), y(point[1]), radius, 0, 2 * Math.PI);
      if (fill) {
        paint.fillStyle = fill;
        paint.fill();
      }
      paint.strokeStyle = stroke;
      paint.lineWidth = 2;
      paint.stroke();
    };
    circle(before, 4, null, colour("soft"));
    if (Object.keys(edit.shifts).length) {
      paint.beginPath();
      paint.moveTo(x(goal[0]), y(goal[1]));
      paint.lineTo(x(now[0]), y(now[1]));
      paint.strokeStyle = colour("new");
      paint.stroke();
      circle(now, 4, colour("new"), colour("card"));
    }
    circle(goal, 7, colour("same"), colour("card"));
    const words = this.names.map((name, axis) => {
      const attribute = /** @type {AttributeInfo} */ (this.attributes.find((each) => each.name === name));
      const [target, value] = [goal[axis], now[axis]].map((number) => format(attribute, session, number));
      return `${attribute.label} ${target}, reached ${value}`;
    });
    this.canvas.setAttribute("aria-label", `Pad: ${words.join("; ")}. Arrow keys move the point.`);
  }

  /**
   * @param {SurfaceInfo} surface
   * @param {CanvasRenderingContext2D} paint
   * @param {Colours} colour
   * @param {Axis} x
   * @param {Axis} y
   */
  #surface({ targets: grid, values }, paint, colour, x, y) {
    const span = [0, 1].map((axis) => this.#scale(axis).high - this.#scale(axis).low || 1);
    /**
     * Return the ends of the cell around a point of the grid.
     * @param {number} axis
     * @param {number} index
     */
    const cell = (axis, index) => {
      const line = grid[axis];
      const low = index ? (line[index - 1] + line[index]) / 2 : line[0];
      const high = index < line.length - 1 ? (line[index] + line[index + 1]) / 2 : line[index];
      return [low, high];
    };
    paint.fillStyle = colour("same");
    grid[1].forEach((up, j) => grid[0].forEach((across, i) => {
      const miss = Math.hypot((values[0][j][i] - across) / span[0], (values[1][j][i] - up) / span[1]);
      const [left, right] = cell(0, i).map((value) => Math.round(x(value)));
      const [bottom, top] = cell(1, j).map((value) => Math.round(y(value)));
      paint.globalAlpha = 0.5 * Math.max(0, 1 - 4 * miss);
      paint.fillRect(left, top, right - left, bottom - top);
    }));
    paint.globalAlpha = 1;
  }
}
