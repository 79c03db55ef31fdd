// A lane: the values of one attribute over time. Drawing on it sets targets.

/** @import { AttributeInfo, Session } from "./messages" */
/** @import { Tools, View } from "./state.js" */

import { begin, clamp, colours, drag, Ruler } from "./canvas.js";
import { make } from "./dom.js";
import { format, hasCurve, mean, scope, setTargets, targets } from "./edit.js";

const EDGE = 6;
/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
/** Steps in standard deviations. @type {Record<string, number>} */
const STEPS = { ArrowUp: 0.25, ArrowDown: -0.25, PageUp: 1, PageDown: -1 };

export class Lane {
  low = 0;
  high = 1;
  height = 0;
  cursor = 0;
  #ruler = new Ruler([{ start: 0, length: 1 }], 1);
  /** @type {View | null} */
  #view = null;

  /**
   * @param {HTMLElement} box
   * @param {AttributeInfo} attribute
   * @param {Tools} tools
   */
  constructor(box, attribute, { get, change }) {
    this.attribute = attribute;
    this.get = get;
    const lane = make("div", box, { className: "lane" });
    make("b", make("span", lane), { textContent: attribute.label });
    this.canvas = make("canvas", lane, { tabIndex: 0 });
    this.canvas.setAttribute("role", "slider");
    this.canvas.setAttribute("aria-orientation", "vertical");
    this.#drawByPointer(change);
    this.canvas.addEventListener("dblclick", () => {
      change(setTargets(get().session, get().edit, attribute.name, { [this.cursor]: null }));
    });
    this.canvas.addEventListener("keydown", (event) => this.#key(event, change));
  }

  /** @param {Tools["change"]} change */
  #drawByPointer(change) {
    const { get, attribute } = this;
    let base = get().edit;
    /** @type {Record<number, number>} */
    let points = {};
    /** @type {{ index: number, value: number } | null} */
    let last = null;
    drag(this.canvas, (_, x, y, first) => {
      if (first) [base, points, last] = [get().edit, {}, null];
      if (get().edit.locks.includes(attribute.name)) return;
      const index = this.#ruler.measureAt(x);
      const value = this.#valueAt(y);
      const from = last ?? { index, value };
      const step = Math.sign(index - from.index) || 1;
      for (let between = from.index; between !== index + step; between += step) {
        const part = index === from.index ? 1 : (between - from.index) / (index - from.index);
        points[between] = from.value + (value - from.value) * part;
      }
      last = { index, value };
      this.cursor = index;
      change(setTargets(get().session, base, attribute.name, points), false);
    }, () => change(get().edit));
  }

  /** @param {number} y */
  #valueAt(y) {
    const part = 1 - (y - EDGE) / (this.height - 2 * EDGE);
    return this.low + (this.high - this.low) * clamp(part, 0, 1);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Tools["change"]} change
   */
  #key(event, change) {
    const { session, edit } = this.get();
    const { name } = this.attribute;
    const move = MOVES[event.key];
    const step = STEPS[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (move === undefined && step === undefined && !erase) return;
    event.preventDefault();
    if (move !== undefined) {
      this.cursor = clamp(this.cursor + move, 0, session.measures.length - 1);
      if (this.#view) this.draw(this.#view);
    } else if (!edit.locks.includes(name)) {
      const value = targets(session, edit, name)[this.cursor] + (step ?? 0) * session.scales[name].std;
      change(setTargets(session, edit, name, { [this.cursor]: erase ? null : clamp(value, this.low, this.high) }));
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
    this.#ruler = ruler;
    this.height = height;
    this.low = Math.min(...extent);
    this.high = Math.max(...extent);
    const paint = begin(this.canvas, ruler.width, height);
    const colour = colours();
    /** @param {number} value */
    const part = (value) => (clamp(value, this.low, this.high) - this.low) / (this.high - this.low || 1);
    /** @param {number} value */
    const y = (value) => height - EDGE - part(value) * (height - 2 * EDGE);
    const floor = y(this.low <= 0 && this.high >= 0 ? 0 : this.low);
    if (selection) {
      const left = ruler.left(selection[0]);
      paint.fillStyle = colour("pick");
      paint.fillRect(left, 0, ruler.right(selection[1]) - left, height);
    }
    paint.fillStyle = colour("line");
    paint.fillRect(0, floor, ruler.width, 1);
    const ofTune = edit.shifts[name] && !edit.each_measure && !hasCurve(session, edit);
    const each = targets(session, edit, name);
    const goals = ofTune ? each.map(() => mean(each, scope(session, null))) : each;
    const values = original ? session.values[name] : shown.values[name];
    session.measures.forEach((measure, index) => {
      const left = ruler.left(index) + 2;
      const width = ruler.right(index) - ruler.left(index) - 4;
      paint.fillStyle = colour("line");
      paint.fillRect(left - 2, 0, 1, height);
      if (!measure.editable) return;
      const before = session.values[name][index];
      const changed = Math.abs(values[index] - before) > (this.high - this.low) / 500;
      const top = y(values[index]);
      paint.fillStyle = colour(changed ? "new" : "same");
      paint.globalAlpha = 0.75;
      paint.fillRect(left, Math.min(top, floor - 1), width, Math.max(Math.abs(floor - top), 2));
      paint.globalAlpha = 1;
      if (original) return;
      paint.fillStyle = colour("ghost");
      paint.fillRect(left, y(before) - 1, width, 2);
      if ((edit.shifts[name]?.[index] ?? null) === null) return;
      paint.strokeStyle = colour("ink");
      paint.lineWidth = 2;
      paint.setLineDash([4, 3]);
      const gap = ofTune ? 4 : 0; // the tune's mean is a line
      paint.strokeRect(left - gap / 2, y(goals[index]), width + gap, 0.01);
      paint.setLineDash([]);
    });
    if (document.activeElement === this.canvas) {
      const left = ruler.left(this.cursor);
      paint.strokeStyle = colour("ink");
      paint.lineWidth = 1.5;
      paint.strokeRect(left + 1, 1, ruler.right(this.cursor) - left - 2, height - 2);
    }
    this.#label(session, values, goals, ofTune ? "target of the tune's mean" : "target");
  }

  /**
   * @param {Session} session
   * @param {number[]} values
   * @param {number[]} goals
   * @param {string} kind
   */
  #label(session, values, goals, kind) {
    const { canvas, attribute, cursor } = this;
    const [value, goal] = [values[cursor], goals[cursor]].map((number) => format(attribute, session, number));
    canvas.setAttribute("aria-label", `${attribute.label}, measure by measure`);
    canvas.setAttribute("aria-valuemin", String(this.low));
    canvas.setAttribute("aria-valuemax", String(this.high));
    canvas.setAttribute("aria-valuenow", String(clamp(goals[cursor], this.low, this.high)));
    canvas.setAttribute("aria-valuetext", `measure ${session.measures[cursor].number}: ${value}, ${kind} ${goal}`);
    canvas.title = `${attribute.description} Draw a curve of targets; double-click to clear one.`;
  }
}
