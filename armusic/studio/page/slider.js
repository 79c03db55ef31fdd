// A slider for an attribute, over its distribution in the corpus, with a lock and a button to reset it.

/** @import { AttributeInfo, Histogram } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { View } from "./state.js" */

import { change, state } from "./app.js";
import { clamp } from "./canvas.js";
import { $, make, onSlide } from "./dom.js";
import { clearTargets, format, mean, scope, shiftMean, targets, toggleLock } from "./edit.js";

const STEPS = 400;

/** @param {string} name */
const icon = (name) => `<svg aria-hidden="true"><use href="#i-${name}"/></svg>`;

export class Slider {
  /** The edit before the slider is dragged. @type {Edit | null} */
  #base = null;

  /** @param {AttributeInfo} attribute */
  constructor(attribute) {
    const { name, label: text, description: title } = attribute;
    this.attribute = attribute;
    const row = make("div", $("sliders"), { className: "attribute", title });
    const label = make("label", row, { htmlFor: `slider-${name}` });
    make("span", label, { textContent: text });
    this.output = make("output", label, { id: `value-${name}` });
    this.lock = make("button", row, { ariaLabel: `Lock ${text}`, title: "Keep this value while others change" });
    this.lock.onclick = () => change(toggleLock(state.edit, name));
    this.reset = make("button", row, { innerHTML: icon("undo"), ariaLabel: `Reset ${text}`, title: "Reset" });
    this.reset.onclick = () => change(clearTargets(state.session, state.edit, name, this.#indices()));
    const control = make("div", row, { className: "control" });
    const chart = make("div", control, { className: "chart" });
    this.shares = make("i", chart, { className: "shares" });
    this.before = make("i", chart, { className: "before" });
    this.now = make("i", chart, { className: "now" });
    const range = { type: "range", min: "0", max: String(STEPS), step: "1" };
    this.input = make("input", control, { ...range, id: `slider-${name}` });
    onSlide(this.input, (settled) => {
      const { low, high } = this.#ends();
      const value = low + ((high - low) * Number(this.input.value)) / STEPS;
      const base = this.#base ?? state.edit;
      this.#base = settled ? null : base;
      change(shiftMean(state.session, base, name, this.#indices(), value), settled);
    });
  }

  #indices() {
    return scope(state.session, state.selection);
  }

  /** Return the ends of the slider: those of the attribute, and the original value if it lies beyond them. */
  #ends() {
    const { scales, values } = state.session;
    const { low, high } = scales[this.attribute.name];
    const before = mean(values[this.attribute.name], this.#indices());
    return { low: Math.min(low, before), high: Math.max(high, before) };
  }

  /** @param {View} view */
  draw({ session, edit, shown, original }) {
    const { attribute, input } = this;
    const { name, unit } = attribute;
    const indices = this.#indices();
    const [before, now, goal] = [session.values[name], shown.values[name], targets(session, edit, name)].map((values) =>
      mean(values, indices));
    const { low, high } = this.#ends();
    /** @param {number} value */
    const part = (value) => clamp((value - low) / (high - low || 1), 0, 1);
    const [was, is, target] = [before, now, goal].map((value) => format(attribute, session, value));
    const locked = edit.locks.includes(name);
    if (!this.#base) input.value = String(Math.round(part(goal) * STEPS));
    input.disabled = locked || !indices.length;
    input.ariaValueText = `${target} ${unit}, reached ${is}, originally ${was}`;
    this.output.textContent = is === was ? "" : `${was} → `;
    make("b", this.output, { textContent: original ? was : is });
    this.output.append(` ${unit}`);
    this.lock.innerHTML = icon(locked ? "lock" : "open");
    this.lock.ariaPressed = String(locked);
    this.reset.disabled = !edit.shifts[name];
    this.before.style.left = `${100 * part(before)}%`;
    this.now.style.left = `${100 * part(now)}%`;
    this.now.hidden = !edit.shifts[name];
    this.#drawHistogram(session.scales[name].histogram, part);
  }

  /** Show the distribution in the corpus. @param {Histogram} histogram @param {(value: number) => number} part */
  #drawHistogram({ low, high, shares }, part) {
    const most = Math.max(...shares, 1e-9);
    /** @param {number} edge Between bins. @param {number} share */
    const corner = (edge, share) =>
      `${100 * part(low + ((high - low) * edge) / shares.length)}% ${100 - (100 * share) / most}%`;
    const top = shares.flatMap((share, bin) => [corner(bin, share), corner(bin + 1, share)]);
    this.shares.style.clipPath = `polygon(${[corner(0, 0), ...top, corner(shares.length, 0)].join()})`;
  }
}
