// A lane: the values of one attribute over time. Drawing on it sets targets.

/** @import { AttributeInfo } from "./messages" */
/** @import { Paint } from "./canvas.js" */
/** @import { View } from "./state.js" */

import { change, state } from "./app.js";
import { begin, clamp, colour, drag, fill, FONT, GUTTER, MOVES, write } from "./canvas.js";
import { $, make } from "./dom.js";
import { format, hasCurve, mean, scope, setTargets, targets } from "./edit.js";

const EDGE = 6;
const TITLE = 16; // pixels at the top that the lane's name takes
/** Steps in standard deviations. @type {Record<string, number>} */
const STEPS = { ArrowUp: 0.25, ArrowDown: -0.25, PageUp: 1, PageDown: -1 };

export class Lane {
  low = 0;
  high = 1;
  cursor = 0;
  /** What was drawn last. @type {View | undefined} */
  #view;

  /** @param {AttributeInfo} attribute */
  constructor(attribute) {
    this.attribute = attribute;
    const { label, description } = attribute;
    const lane = make("div", $("lanes"), { className: "lane" });
    make("b", make("span", lane), { textContent: label });
    this.canvas = make("canvas", lane, {
      tabIndex: 0, role: "slider", ariaOrientation: "vertical", ariaLabel: `${label}, measure by measure`,
      title: `${description} Draw a curve of targets; double-click to clear one.`,
    });
    this.#drawByPointer();
    this.canvas.ondblclick = () => this.#set({ [this.cursor]: null });
    this.canvas.onkeydown = (event) => this.#key(event);
  }

  /** Set targets. @param {Record<number, number | null>} points @param {boolean} settled */
  #set(points, settled = true, base = state.edit) {
    change(setTargets(state.session, base, this.attribute.name, points), settled);
  }

  get #isLocked() {
    return state.edit.locks.includes(this.attribute.name);
  }

  #drawByPointer() {
    let base = state.edit;
    /** @type {Record<number, number>} */
    let points = {};
    /** @type {{ index: number, value: number } | null} */
    let last = null;
    drag(this.canvas, (_, x, y, first) => {
      if (first) [base, points, last] = [state.edit, {}, null];
      if (this.#isLocked || !this.#view) return;
      const index = this.#view.ruler.measureAt(x);
      const part = clamp(1 - (y - EDGE) / (this.#view.laneHeight - 2 * EDGE), 0, 1);
      const value = this.low + (this.high - this.low) * part;
      const from = last ?? { index, value };
      const step = Math.sign(index - from.index) || 1;
      for (let between = from.index; between !== index + step; between += step) {
        const share = index === from.index ? 1 : (between - from.index) / (index - from.index);
        points[between] = from.value + (value - from.value) * share;
      }
      last = { index, value };
      this.cursor = index;
      this.#set(points, false, base);
    }, () => change(state.edit));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { session, edit } = state;
    const { name } = this.attribute;
    const move = MOVES[event.key];
    const step = STEPS[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (move === undefined && step === undefined && !erase) return;
    event.preventDefault();
    if (move !== undefined) {
      this.cursor = clamp(this.cursor + move, 0, session.measures.length - 1);
      if (this.#view) this.draw(this.#view);
    } else if (!this.#isLocked) {
      const value = targets(session, edit, name)[this.cursor] + (step ?? 0) * session.scales[name].std;
      this.#set({ [this.cursor]: erase ? null : clamp(value, this.low, this.high) });
    }
  }

  /** @param {View} view */
  draw(view) {
    const { session, edit, shown, original, selection, ruler, laneHeight: height } = view;
    const { name } = this.attribute;
    this.cursor = Math.min(this.cursor, session.measures.length - 1); // the previous tune may have been longer
    const { low, high } = session.scales[name];
    const extent = [low, high, ...session.values[name]];
    this.#view = view;
    this.low = Math.min(...extent);
    this.high = Math.max(...extent);
    const paint = begin(this.canvas, ruler.view, height);
    /** @param {number} value */
    const part = (value) => (clamp(value, this.low, this.high) - this.low) / (this.high - this.low || 1);
    /** @param {number} value */
    const y = (value) => height - EDGE - part(value) * (height - 2 * EDGE);
    const floor = y(this.low <= 0 && this.high >= 0 ? 0 : this.low);
    ruler.mark(paint, selection, height);
    fill(paint, "line", 0, floor, ruler.view, 1);
    const ofTune = Boolean(edit.shifts[name]) && !edit.each_measure && !hasCurve(session, edit);
    const each = targets(session, edit, name);
    const whole = mean(each, scope(session, null));
    const goals = ofTune ? each.map(() => whole) : each;
    const values = original ? session.values[name] : shown.values[name];
    session.measures.forEach((measure, index) => {
      if (!ruler.shows(measure)) return;
      const left = ruler.left(index) + 2;
      const width = ruler.right(index) - ruler.left(index) - 4;
      fill(paint, "line", left - 2, 0, 1, height);
      if (!measure.editable) return;
      const before = session.values[name][index];
      const changed = Math.abs(values[index] - before) > (this.high - this.low) / 500;
      const top = Math.min(y(values[index]), floor - 1);
      const size = Math.max(Math.abs(floor - y(values[index])), 2);
      paint.globalAlpha = 0.75;
      fill(paint, changed ? "new" : "same", left, top, width, size);
      paint.globalAlpha = 1;
      if (original) return;
      fill(paint, "ghost", left, y(before) - 1, width, 2);
      if (edit.by_hand[index + 1]) {
        Object.assign(paint, { strokeStyle: colour("ink"), lineWidth: 1 });
        paint.strokeRect(left + 0.5, top + 0.5, width - 1, size - 1);
        if (!ofTune) return; // it is locked
      }
      if ((edit.shifts[name]?.[index] ?? null) === null) return;
      const goal = y(goals[index]);
      const gap = ofTune ? 4 : 0; // the tune's mean is a line
      if (!ofTune && width > 30) { // its own number, below the lane's name
        const text = format(this.attribute, session, goals[index]);
        write(paint, "ink", text, left, goal < TITLE + 8 ? goal + 8 : goal - 8);
      }
      Object.assign(paint, { strokeStyle: colour("ink"), lineWidth: 2 });
      paint.setLineDash([4, 3]);
      paint.beginPath();
      paint.moveTo(left - gap / 2, goal);
      paint.lineTo(left + width + gap / 2, goal);
      paint.stroke();
      paint.setLineDash([]);
    });
    if (document.activeElement === this.canvas) {
      const left = ruler.left(this.cursor);
      Object.assign(paint, { strokeStyle: colour("ink"), lineWidth: 1.5 });
      paint.strokeRect(left + 1, 1, ruler.right(this.cursor) - left - 2, height - 2);
    }
    this.#numbers(paint, ofTune && !original ? whole : null, y, height);
    this.#label(values[this.cursor], goals[this.cursor], ofTune ? "target of the tune's mean" : "target");
  }

  /** Write the ends of the lane at its left, and the target of the tune's mean, if there is one.
   * @param {Paint} paint @param {number | null} goal @param {(value: number) => number} y @param {number} height */
  #numbers(paint, goal, y, height) {
    fill(paint, "card", 0, 0, GUTTER - 1, height);
    fill(paint, "line", GUTTER - 1, 0, 1, height);
    /** @param {number} value */
    const place = (value) => clamp(y(value), 7, height - 7);
    for (const value of [this.high, this.low, ...(goal === null ? [] : [goal])]) {
      if (goal !== null && value !== goal && Math.abs(place(value) - place(goal)) < 12) continue;
      paint.font = value === goal ? `bold ${FONT}` : FONT;
      const text = format(this.attribute, state.session, value);
      write(paint, value === goal ? "ink" : "soft", text, GUTTER - 4, place(value), "right");
    }
  }

  /** @param {number} value @param {number} goal @param {string} kind */
  #label(value, goal, kind) {
    const { session } = state;
    const [now, then] = [value, goal].map((number) => format(this.attribute, session, number));
    Object.assign(this.canvas, {
      ariaValueMin: this.low, ariaValueMax: this.high, ariaValueNow: clamp(goal, this.low, this.high),
      ariaValueText: `measure ${session.measures[this.cursor].number}: ${now}, ${kind} ${then}`,
    });
  }
}
