// A lane: one attribute of each measure over time, to be drawn on.

import { begin, colours, drag } from "./canvas.js";
import { draw, wanted } from "./edit.js";
import { make, shown as text } from "./slider.js";

const EDGE = 6;

export class Lane {
  constructor(box, attribute, { get, change }) {
    this.attribute = attribute;
    this.get = get;
    this.cursor = 0;
    const lane = make("div", box, { className: "lane" });
    make("b", make("span", lane), { textContent: attribute.label });
    this.canvas = make("canvas", lane, { tabIndex: 0 });
    this.canvas.setAttribute("role", "slider");
    this.canvas.setAttribute("aria-orientation", "vertical");

    let base, points, last;
    drag(this.canvas, (_, x, y, first) => {
      if (first) [base, points, last] = [get().edit, {}, null];
      if (get().edit.locks.includes(attribute.name)) return;
      const place = this.ruler.place(x);
      const value = this.#value(y);
      const from = last ?? { place, value };
      const step = Math.sign(place - from.place) || 1;
      for (let one = from.place; one !== place + step; one += step) {
        const part = place === from.place ? 1 : (one - from.place) / (place - from.place);
        points[one] = from.value + (value - from.value) * part;
      }
      last = { place, value };
      this.cursor = place;
      change(draw(get().session, base, attribute.name, points), false);
    }, () => change(get().edit));
    this.canvas.addEventListener("dblclick", () => change(draw(get().session, get().edit, attribute.name, { [this.cursor]: null })));
    this.canvas.addEventListener("keydown", (event) => this.#key(event, change));
  }

  #value(y) {
    const part = 1 - (y - EDGE) / (this.height - 2 * EDGE);
    return this.low + (this.high - this.low) * Math.min(Math.max(part, 0), 1);
  }

  #key(event, change) {
    const { session, edit } = this.get();
    const { name } = this.attribute;
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    const turn = { ArrowUp: 0.25, ArrowDown: -0.25, PageUp: 1, PageDown: -1 }[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (move === undefined && turn === undefined && !erase) return;
    event.preventDefault();
    if (move !== undefined) {
      this.cursor = Math.min(Math.max(this.cursor + move, 0), session.measures.length - 1);
      this.draw(this.last);
    } else if (!edit.locks.includes(name)) {
      const value = wanted(session, edit, name)[this.cursor] + (turn ?? 0) * session.scales[name].std;
      change(draw(session, edit, name, { [this.cursor]: erase ? null : Math.min(Math.max(value, this.low), this.high) }));
    }
  }

  draw(view) {
    const { session, edit, shown, original, selection, ruler, lane: height } = view;
    const { name } = this.attribute;
    this.cursor = Math.min(this.cursor, session.measures.length - 1); // the tune before may have been longer
    const { low, high } = session.scales[name];
    const every = [low, high, ...session.values[name]];
    Object.assign(this, { last: view, ruler, height, low: Math.min(...every), high: Math.max(...every) });
    const paint = begin(this.canvas, ruler.width, height);
    const colour = colours();
    const y = (value) => height - EDGE - ((Math.min(Math.max(value, this.low), this.high) - this.low) / (this.high - this.low || 1)) * (height - 2 * EDGE);
    const floor = y(this.low <= 0 && this.high >= 0 ? 0 : this.low);
    if (selection) {
      paint.fillStyle = colour("pick");
      paint.fillRect(ruler.left(selection[0]), 0, ruler.right(selection[1]) - ruler.left(selection[0]), height);
    }
    paint.fillStyle = colour("line");
    paint.fillRect(0, floor, ruler.width, 1);
    const asked = wanted(session, edit, name);
    const values = original ? session.values[name] : shown.values[name];
    session.measures.forEach((measure, place) => {
      const [left, width] = [ruler.left(place) + 2, ruler.right(place) - ruler.left(place) - 4];
      paint.fillStyle = colour("line");
      paint.fillRect(left - 2, 0, 1, height);
      if (!measure.editable) return;
      const moved = Math.abs(values[place] - session.values[name][place]) > (this.high - this.low) / 500;
      paint.fillStyle = colour(moved ? "new" : "same");
      paint.globalAlpha = 0.75;
      paint.fillRect(left, Math.min(y(values[place]), floor - 1), width, Math.max(Math.abs(floor - y(values[place])), 2));
      paint.globalAlpha = 1;
      if (original) return;
      paint.fillStyle = colour("ghost");
      paint.fillRect(left, y(session.values[name][place]) - 1, width, 2);
      if ((edit.shifts[name]?.[place] ?? null) === null) return;
      paint.strokeStyle = colour("ink");
      paint.lineWidth = 2;
      paint.setLineDash([4, 3]);
      paint.strokeRect(left, y(asked[place]), width, 0.01);
      paint.setLineDash([]);
    });
    if (document.activeElement === this.canvas) {
      paint.strokeStyle = colour("ink");
      paint.lineWidth = 1.5;
      paint.strokeRect(ruler.left(this.cursor) + 1, 1, ruler.right(this.cursor) - ruler.left(this.cursor) - 2, height - 2);
    }
    this.#label(session, values, asked);
  }

  #label(session, values, asked) {
    const { canvas, attribute, cursor } = this;
    const words = `measure ${cursor + 1}: ${text(attribute, session, values[cursor])}, asked for ${text(attribute, session, asked[cursor])}`;
    canvas.setAttribute("aria-label", `${attribute.label}, measure by measure`);
    canvas.setAttribute("aria-valuemin", this.low);
    canvas.setAttribute("aria-valuemax", this.high);
    canvas.setAttribute("aria-valuenow", Math.min(Math.max(asked[cursor], this.low), this.high));
    canvas.setAttribute("aria-valuetext", words);
    canvas.title = `${attribute.description} Draw a curve; double-click frees a measure.`;
  }
}
