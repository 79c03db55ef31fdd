// A pad for two attributes: a point over a map that is darker where both targets are met.

/** @import { AttributeInfo, SurfaceInfo } from "./messages" */
/** @import { Paint } from "./canvas.js" */
/** @import { Edit } from "./edit.js" */
/** @import { View } from "./state.js" */

/** @typedef {(value: number) => number} Axis From a value to a pixel. */

import * as api from "./api.js";
import { change, get, state, withSession } from "./app.js";
import { begin, clamp, colour, drag, fill, write } from "./canvas.js";
import { canvas, select } from "./dom.js";
import { format, mean, scope, shiftMean, targets } from "./edit.js";
import { fail } from "./labels.js";

const EDGE = 9;
const STEP = 0.04;
const POINTS = 11;
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const pad = canvas("pad");
const selects = [select("pad-x"), select("pad-y")];
let [width, height] = [0, 0];
/** The map, and what it is a map of. @type {{ of: string, surface: SurfaceInfo } | null} */
let map = null;
let requested = "";

const queue = api.latestOnly(
  (/** @type {{ of: string, names: string[], key: string }} */ { names, key }, signal) =>
    withSession((session) => api.surface(session, { names, key, points: POINTS }, signal)),
  (surface, { of }) => {
    map = { of, surface };
    draw(get());
  },
  fail,
  { patience: Infinity, pause: 150 },
);

for (const [axis, field] of selects.entries()) {
  field.addEventListener("change", () => {
    const other = selects[1 - axis];
    if (other.value === field.value) other.selectedIndex = (field.selectedIndex + 1) % field.options.length;
    draw(get());
  });
}
let base = state.edit;
drag(pad, (_, x, y, first) => {
  if (first) base = state.edit;
  const parts = [(x - EDGE) / (width - 2 * EDGE), 1 - (y - EDGE) / (height - 2 * EDGE)];
  change(withMeans(base, parts.map((part, axis) => valueAt(axis, part))), false);
}, () => change(state.edit));
pad.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const parts = points().goal.map((value, axis) => partOf(axis, value) + step[axis] * STEP);
  change(withMeans(state.edit, parts.map((part, axis) => (step[axis] ? valueAt(axis, part) : null))));
});

/** Offer the attributes of the model. */
export function offer() {
  const { attributes } = state.model;
  const places = attributes.length > 2 ? [2, 1] : [0, attributes.length - 1];
  selects.forEach((field, axis) => {
    field.replaceChildren(...attributes.map(({ label, name }) => new Option(label, name)));
    field.selectedIndex = places[axis];
  });
}

const names = () => selects.map(({ value }) => value);

/** Return an attribute of the pad. @param {number} axis @returns {AttributeInfo} */
const attribute = (axis) => state.model.attributes[selects[axis].selectedIndex];

/** @param {Edit} edit @param {(number | null)[]} values Mean of each attribute; null where it stays. */
const withMeans = (edit, values) => names().reduce((result, name, axis) => {
  const { session, selection } = state;
  const value = values[axis];
  if (value === null || edit.locks.includes(name)) return result;
  return shiftMean(session, result, name, scope(session, selection), value);
}, edit);

/** @param {number} axis */
const scale = (axis) => state.session.scales[attribute(axis).name];

/** @param {number} axis */
const span = (axis) => scale(axis).high - scale(axis).low || 1;

/** @param {number} axis @param {number} value */
const partOf = (axis, value) => (value - scale(axis).low) / span(axis);

/** @param {number} axis @param {number} part */
const valueAt = (axis, part) => scale(axis).low + span(axis) * clamp(part, 0, 1);

function points() {
  const { session, selection, edit, shown } = state;
  const indices = scope(session, selection);
  /** @param {(name: string) => number[]} values */
  const means = (values) => names().map((name) => mean(values(name), indices));
  return {
    before: means((name) => session.values[name]),
    goal: means((name) => targets(session, edit, name)),
    now: means((name) => shown.values[name]),
  };
}

/** @param {Pick<View, "model" | "session" | "edit" | "pool">} view */
export function draw({ model, session, edit, pool }) {
  if (!session || model.attributes.length < 2) return;
  width = /** @type {HTMLElement} */ (pad.parentElement).clientWidth - 24;
  height = pad.clientHeight;
  if (height < 40) return;
  const { key } = edit;
  const of = JSON.stringify([session.id, session.reading, key, names()]);
  if (requested !== of && pool?.ready) {
    requested = of;
    queue.push({ of, names: names(), key });
  }
  const paint = begin(pad, width, height);
  /** @type {Axis} */
  const x = (value) => EDGE + clamp(partOf(0, value), 0, 1) * (width - 2 * EDGE);
  /** @type {Axis} */
  const y = (value) => height - EDGE - clamp(partOf(1, value), 0, 1) * (height - 2 * EDGE);
  fill(paint, "black", 0, 0, width, height);
  if (map?.of === of) drawMap(map.surface, paint, x, y);
  const { before, goal, now } = points();
  /** @param {number[]} point @param {number} radius @param {string} stroke @param {string} [inside] */
  const circle = (point, radius, stroke, inside) => {
    paint.beginPath();
    paint.arc(x(point[0]), y(point[1]), radius, 0, 2 * Math.PI);
    if (inside) Object.assign(paint, { fillStyle: colour(inside) }).fill();
    Object.assign(paint, { strokeStyle: colour(stroke), lineWidth: 2 }).stroke();
  };
  circle(before, 4, "soft");
  if (Object.keys(edit.shifts).length) {
    paint.beginPath();
    paint.moveTo(x(goal[0]), y(goal[1]));
    paint.lineTo(x(now[0]), y(now[1]));
    paint.strokeStyle = colour("new");
    paint.stroke();
    circle(now, 4, "card", "new");
  }
  circle(goal, 7, "card", "same");
  /** @param {number} axis @param {number} value */
  const text = (axis, value) => format(attribute(axis), session, value);
  drawNumbers(paint, text, goal, x(goal[0]), y(goal[1]), x(before[0]));
  const words = goal.map((target, axis) =>
    `${attribute(axis).label} ${text(axis, target)}, reached ${text(axis, now[axis])}`);
  pad.ariaLabel = `Pad: ${words.join("; ")}. Arrow keys move the point.`;
}

/** Write the ends of both axes along them, and the target beside its point, away from the original.
 * @param {Paint} paint @param {(axis: number, value: number) => string} text
 * @param {number[]} goal @param {number} x @param {number} y @param {number} origin Where the original is across. */
function drawNumbers(paint, text, goal, x, y, origin) {
  const [across, up] = [0, 1].map((axis) => [scale(axis).low, scale(axis).high].map((value) => text(axis, value)));
  write(paint, "soft", `${across[0]} →`, 18, height - 7);
  write(paint, "soft", across[1], width - 4, height - 7, "right");
  write(paint, "soft", `${up[0]} ↑`, 4, height - 20);
  write(paint, "soft", up[1], 4, 8);
  const before = x > width - 10 * EDGE || (x < origin && x > 10 * EDGE);
  const target = goal.map((value, axis) => text(axis, value)).join(", ");
  write(paint, "ink", target, before ? x - 13 : x + 13, clamp(y, 8, height - 32), before ? "right" : "left");
}

/** @param {SurfaceInfo} surface @param {Paint} paint @param {Axis} x @param {Axis} y */
function drawMap({ targets: grid, values }, paint, x, y) {
  /** Return the ends of the cell around a point of the grid. @param {number} axis @param {number} index */
  const cell = (axis, index) => [-1, 1].map((side) => {
    const value = grid[axis][index];
    return ((grid[axis][index + side] ?? value) + value) / 2;
  });
  grid[1].forEach((up, j) => grid[0].forEach((across, i) => {
    const miss = Math.hypot((values[0][j][i] - across) / span(0), (values[1][j][i] - up) / span(1));
    const [left, right] = cell(0, i).map((value) => Math.round(x(value)));
    const [bottom, top] = cell(1, j).map((value) => Math.round(y(value)));
    paint.globalAlpha = 0.5 * Math.max(0, 1 - 4 * miss);
    fill(paint, "same", left, top, right - left, bottom - top);
  }));
  paint.globalAlpha = 1;
}
