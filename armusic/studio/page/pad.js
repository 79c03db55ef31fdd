// A pad: a point over the map of two attributes. The map is darker where both are reached as asked.

import * as api from "./api.js";
import { begin, colours, drag } from "./canvas.js";
import { mean, scope, turnMean, wanted } from "./edit.js";
import { shown as text } from "./slider.js";

const EDGE = 9;
const STEP = 0.04;

export class Pad {
  constructor({ canvas, across, up }, { get, change, fail, withSession }) {
    Object.assign(this, { canvas, selects: [across, up], get, change, map: null });
    this.asking = new api.Latest(
      ({ body }, signal) => withSession((session) => api.surface(session, body, signal)),
      (map, { of }) => {
        Object.assign(this, { map, of });
        this.draw(this.last);
      },
      fail,
      { patience: Infinity, pause: 150 },
    );
    for (const select of this.selects) {
      select.addEventListener("change", () => {
        const other = this.selects[select === across ? 1 : 0];
        if (other.value === select.value) other.selectedIndex = (select.selectedIndex + 1) % select.options.length;
        this.draw(this.last);
      });
    }
    let base;
    drag(canvas, (_, x, y, first) => {
      if (first) base = get().edit;
      const part = [(x - EDGE) / (this.width - 2 * EDGE), 1 - (y - EDGE) / (this.height - 2 * EDGE)];
      change(this.#moved(base, part.map((one, axis) => this.#value(axis, one))), false);
    }, () => change(get().edit));
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const parts = this.#points().asked.map((value, axis) => this.#part(axis, value) + step[axis] * STEP);
      change(this.#moved(get().edit, parts.map((part, axis) => (step[axis] ? this.#value(axis, part) : null))));
    });
  }

  fill(attributes) {
    this.attributes = attributes;
    this.selects.forEach((select, axis) => {
      select.replaceChildren(...attributes.map((one) => new Option(one.label, one.name)));
      select.selectedIndex = Math.min(axis, attributes.length - 1);
    });
    if (attributes.length > 2) [this.selects[0].selectedIndex, this.selects[1].selectedIndex] = [2, 1];
  }

  get names() {
    return this.selects.map((select) => select.value);
  }

  #moved(edit, values) {
    const { session, selection } = this.get();
    return this.names.reduce((turned, name, axis) => {
      if (values[axis] === null || edit.locks.includes(name)) return turned;
      return turnMean(session, turned, name, scope(session, selection), values[axis]);
    }, edit);
  }

  #scale(axis) {
    return this.get().session.scales[this.names[axis]];
  }

  #part(axis, value) {
    const { low, high } = this.#scale(axis);
    return (value - low) / (high - low || 1);
  }

  #value(axis, part) {
    const { low, high } = this.#scale(axis);
    return low + (high - low) * Math.min(Math.max(part, 0), 1);
  }

  #points() {
    const { session, selection, edit, shown } = this.get();
    const places = scope(session, selection);
    const of = (values) => this.names.map((name) => mean(values(name), places));
    return { was: of((name) => session.values[name]), asked: of((name) => wanted(session, edit, name)), now: of((name) => shown.values[name]) };
  }

  draw(view) {
    this.last = view;
    if (!view || this.attributes.length < 2) return;
    const { session, edit } = view;
    const box = this.canvas.parentElement;
    this.width = box.clientWidth - 24;
    this.height = this.canvas.clientHeight;
    if (this.height < 40) return;
    const of = JSON.stringify([session.id, session.reading, edit.key, this.names]);
    if (this.wants !== of && view.pool?.ready) {
      this.wants = of;
      this.asking.push({ of, body: { names: this.names, points: 11, key: edit.key } });
    }
    const paint = begin(this.canvas, this.width, this.height);
    const colour = colours();
    const x = (value) => EDGE + Math.min(Math.max(this.#part(0, value), 0), 1) * (this.width - 2 * EDGE);
    const y = (value) => this.height - EDGE - Math.min(Math.max(this.#part(1, value), 0), 1) * (this.height - 2 * EDGE);
    paint.fillStyle = colour("black");
    paint.fillRect(0, 0, this.width, this.height);
    if (this.of === of) this.#surface(paint, colour, x, y);
    const { was, asked, now } = this.#points();
    const spot = (point, radius, fill, stroke) => {
      paint.beginPath();
      paint.arc(x(point[0]), y(point[1]), radius, 0, 2 * Math.PI);
      if (fill) Object.assign(paint, { fillStyle: fill }), paint.fill();
      Object.assign(paint, { strokeStyle: stroke, lineWidth: 2 });
      paint.stroke();
    };
    spot(was, 4, null, colour("soft"));
    if (Object.keys(edit.shifts).length) {
      paint.beginPath();
      paint.moveTo(x(asked[0]), y(asked[1]));
      paint.lineTo(x(now[0]), y(now[1]));
      paint.strokeStyle = colour("new");
      paint.stroke();
      spot(now, 4, colour("new"), colour("card"));
    }
    spot(asked, 7, colour("same"), colour("card"));
    const words = this.names.map((name, axis) => {
      const attribute = this.attributes.find((one) => one.name === name);
      return `${attribute.label} ${text(attribute, session, asked[axis])}, reached ${text(attribute, session, now[axis])}`;
    });
    this.canvas.setAttribute("aria-label", `Pad: ${words.join("; ")}. Arrow keys move the point.`);
  }

  #surface(paint, colour, x, y) {
    const { targets: asked, values } = this.map;
    const span = [0, 1].map((axis) => this.#scale(axis).high - this.#scale(axis).low || 1);
    const edges = (axis, place) => {
      const line = asked[axis];
      const half = (one) => (line[one] + line[Math.min(Math.max(one + 1, 0), line.length - 1)]) / 2;
      return [place ? half(place - 1) : line[0], place < line.length - 1 ? half(place) : line[place]];
    };
    paint.fillStyle = colour("same");
    asked[1].forEach((up, j) => asked[0].forEach((across, i) => {
      const miss = Math.hypot((values[0][j][i] - across) / span[0], (values[1][j][i] - up) / span[1]);
      const [left, right] = edges(0, i).map((value) => Math.round(x(value)));
      const [bottom, top] = edges(1, j).map((value) => Math.round(y(value)));
      paint.globalAlpha = 0.5 * Math.max(0, 1 - 4 * miss);
      paint.fillRect(left, top, right - left, bottom - top);
    }));
    paint.globalAlpha = 1;
  }
}
