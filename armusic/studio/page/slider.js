// A slider for an attribute, with the corpus behind it, what is reached, and a lock.

import { free, mean, scope, toggleLock, turnMean, wanted } from "./edit.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 400;

// A value as a person reads it, with as many decimals as the slider needs.
export function shown(attribute, session, value) {
  const { low, high } = session.scales[attribute.name];
  const span = Math.abs((high - low) * attribute.factor);
  const digits = span >= 40 ? 0 : span >= 4 ? 1 : 2;
  return (value * attribute.factor).toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1");
}

export const make = (tag, parent, properties = {}) => Object.assign(parent.appendChild(document.createElement(tag)), properties);

function mark(svg, kind, shape) {
  const element = svg.appendChild(document.createElementNS(SVG, kind));
  for (const [key, value] of Object.entries(shape)) element.setAttribute(key, value);
  return element;
}

const icon = (name) => `<svg aria-hidden="true"><use href="#i-${name}"/></svg>`;

export class Slider {
  constructor(box, attribute, { get, change }) {
    Object.assign(this, { attribute, get });
    const row = make("div", box, { className: "attribute", title: attribute.description });
    const label = make("label", row, { htmlFor: `slider-${attribute.name}` });
    make("span", label, { textContent: attribute.label });
    this.output = make("output", label);
    this.output.id = `value-${attribute.name}`;
    this.lock = make("button", row, { onclick: () => change(toggleLock(get().edit, attribute.name)) });
    this.lock.title = "Keep it where it is while others are turned";
    this.reset = make("button", row, { innerHTML: icon("undo"), title: "As it was" });
    this.reset.setAttribute("aria-label", `Reset ${attribute.label}`);
    this.reset.onclick = () => change(free(get().session, get().edit, attribute.name, this.#places()));
    const turner = make("div", row, { className: "turner" });
    this.svg = turner.appendChild(document.createElementNS(SVG, "svg"));
    this.svg.setAttribute("aria-hidden", "true");
    this.input = make("input", turner, { type: "range", min: 0, max: STEPS, step: 1, id: `slider-${attribute.name}` });

    const hold = () => (this.base ??= get().edit);
    this.input.addEventListener("input", () => change(this.#turned(hold()), false));
    this.input.addEventListener("change", () => {
      const edit = this.#turned(hold());
      this.base = null;
      change(edit);
    });
  }

  #places() {
    const { session, selection } = this.get();
    return scope(session, selection);
  }

  // The ends of the slider: those of the attribute, and the present value where it is beyond them.
  #ends() {
    const { session } = this.get();
    const { low, high } = session.scales[this.attribute.name];
    const was = mean(session.values[this.attribute.name], this.#places());
    return { low: Math.min(low, was), high: Math.max(high, was) };
  }

  #turned(base) {
    const { low, high } = this.#ends();
    return turnMean(this.get().session, base, this.attribute.name, this.#places(), low + ((high - low) * this.input.value) / STEPS);
  }

  draw({ session, edit, shown: turned, original }) {
    const { attribute, input } = this;
    const places = this.#places();
    const was = mean(session.values[attribute.name], places);
    const now = mean(turned.values[attribute.name], places);
    const asked = mean(wanted(session, edit, attribute.name), places);
    const { low, high } = this.#ends();
    const part = (value) => Math.min(Math.max((value - low) / (high - low || 1), 0), 1);
    const text = (value) => shown(attribute, session, value);
    const locked = edit.locks.includes(attribute.name);
    if (!this.base) input.value = Math.round(part(asked) * STEPS);
    input.disabled = locked || !places.length;
    input.setAttribute("aria-valuetext", `${text(asked)} ${attribute.unit}, reached ${text(now)}, was ${text(was)}`);
    this.output.innerHTML = "";
    if (text(now) !== text(was)) this.output.append(`${text(was)} → `);
    make("b", this.output, { textContent: text(original ? was : now) });
    this.output.append(` ${attribute.unit}`);
    this.lock.innerHTML = icon(locked ? "lock" : "open");
    this.lock.setAttribute("aria-pressed", locked);
    this.lock.setAttribute("aria-label", `Lock ${attribute.label}`);
    this.reset.disabled = !edit.shifts[attribute.name];

    const { svg } = this;
    svg.replaceChildren();
    const { histogram } = session.scales[attribute.name];
    const most = Math.max(...histogram.shares, 1e-9);
    const wide = (histogram.high - histogram.low) / histogram.shares.length;
    histogram.shares.forEach((share, bar) => {
      const [from, to] = [part(histogram.low + bar * wide), part(histogram.low + (bar + 1) * wide)];
      const tall = (25 * share) / most;
      if (to > from && share) mark(svg, "rect", { class: "share", x: `${from * 100}%`, width: `${(to - from) * 100}%`, y: 27 - tall, height: tall });
    });
    mark(svg, "line", { class: "was", x1: `${part(was) * 100}%`, x2: `${part(was) * 100}%`, y1: 2, y2: 38 });
    if (edit.shifts[attribute.name]) mark(svg, "circle", { class: "reached", cx: `${part(now) * 100}%`, cy: 5, r: 4 });
  }
}
