// A slider for an attribute, over its distribution in the corpus, with a lock and a button to reset it.

/** @import { AttributeInfo } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { Tools, View } from "./state.js" */

import { clamp } from "./canvas.js";
import { make } from "./dom.js";
import { clearTargets, format, mean, scope, shiftMean, targets, toggleLock } from "./edit.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 400;

/**
 * Append a shape to an SVG element.
 * @param {SVGElement} svg
 * @param {string} kind
 * @param {Record<string, string | number>} attributes
 */
function append(svg, kind, attributes) {
  const shape = svg.appendChild(document.createElementNS(SVG, kind));
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
}

/** @param {string} name */
const icon = (name) => `<svg aria-hidden="true"><use href="#i-${name}"/></svg>`;

export class Slider {
  /** The edit before the slider is dragged. @type {Edit | null} */
  #base = null;

  /**
   * @param {HTMLElement} box
   * @param {AttributeInfo} attribute
   * @param {Tools} tools
   */
  constructor(box, attribute, { get, change }) {
    const { name } = attribute;
    this.attribute = attribute;
    this.get = get;
    const row = make("div", box, { className: "attribute", title: attribute.description });
    const label = make("label", row, { htmlFor: `slider-${name}` });
    make("span", label, { textContent: attribute.label });
    this.output = make("output", label, { id: `value-${name}` });
    this.lock = make("button", row, { title: "Keep this value while others change" });
    this.lock.onclick = () => change(toggleLock(get().edit, name));
    this.reset = make("button", row, { innerHTML: icon("undo"), title: "Reset" });
    this.reset.setAttribute("aria-label", `Reset ${attribute.label}`);
    this.reset.onclick = () => change(clearTargets(get().session, get().edit, name, this.#indices()));
    const control = make("div", row, { className: "control" });
    this.svg = control.appendChild(document.createElementNS(SVG, "svg"));
    this.svg.setAttribute("aria-hidden", "true");
    const range = { type: "range", min: "0", max: String(STEPS), step: "1" };
    this.input = make("input", control, { ...range, id: `slider-${name}` });
    this.input.addEventListener("input", () => change(this.#edit(), false));
    this.input.addEventListener("change", () => {
      const edit = this.#edit();
      this.#base = null;
      change(edit);
    });
  }

  #indices() {
    const { session, selection } = this.get();
    return scope(session, selection);
  }

  /** Return the ends of the slider: those of the attribute, and the original value if it lies beyond them. */
  #ends() {
    const { session } = this.get();
    const { low, high } = session.scales[this.attribute.name];
    const before = mean(session.values[this.attribute.name], this.#indices());
    return { low: Math.min(low, before), high: Math.max(high, before) };
  }

  #edit() {
    const { session, edit } = this.get();
    const { low, high } = this.#ends();
    const value = low + ((high - low) * Number(this.input.value)) / STEPS;
    this.#base ??= edit;
    return shiftMean(session, this.#base, this.attribute.name, this.#indices(), value);
  }

  /** @param {View} view */
  draw({ session, edit, shown, original }) {
    const { attribute, input } = this;
    const indices = this.#indices();
    const before = mean(session.values[attribute.name], indices);
    const now = mean(shown.values[attribute.name], indices);
    const goal = mean(targets(session, edit, attribute.name), indices);
    const { low, high } = this.#ends();
    /** @param {number} value */
    const part = (value) => clamp((value - low) / (high - low || 1), 0, 1);
    /** @param {number} value */
    const text = (value) => format(attribute, session, value);
    const locked = edit.locks.includes(attribute.name);
    if (!this.#base) input.value = String(Math.round(part(goal) * STEPS));
    input.disabled = locked || !indices.length;
    const words = `${text(goal)} ${attribute.unit}, reached ${text(now)}, originally ${text(before)}`;
    input.setAttribute("aria-valuetext", words);
    this.output.innerHTML = "";
    if (text(now) !== text(before)) this.output.append(`${text(before)} → `);
    make("b", this.output, { textContent: text(original ? before : now) });
    this.output.append(` ${attribute.unit}`);
    this.lock.innerHTML = icon(locked ? "lock" : "open");
    this.lock.setAttribute("aria-pressed", String(locked));
    this.lock.setAttribute("aria-label", `Lock ${attribute.label}`);
    this.reset.disabled = !edit.shifts[attribute.name];

    const { svg } = this;
    svg.replaceChildren();
    const { histogram } = session.scales[attribute.name];
    const most = Math.max(...histogram.shares, 1e-9);
    const bin = (histogram.high - histogram.low) / histogram.shares.length;
    /** @param {number} value */
    const percent = (value) => `${part(value) * 100}%`;
    histogram.shares.forEach((share, index) => {
      const [from, to] = [part(histogram.low + index * bin), part(histogram.low + (index + 1) * bin)];
      const height = (25 * share) / most;
      if (to <= from || !share) return;
      const width = `${(to - from) * 100}%`;
      append(svg, "rect", { class: "share", x: `${from * 100}%`, width, y: 27 - height, height });
    });
    append(svg, "line", { class: "before", x1: percent(before), x2: percent(before), y1: 2, y2: 38 });
    if (edit.shifts[attribute.name]) append(svg, "circle", { class: "now", cx: percent(now), cy: 5, r: 4 });
  }
}
