// What is said of what was done.

/** @import { Situation } from "../../../armusic/studio/page/state.js" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { happened } from "../../../armusic/studio/page/announcer.js";
import { emptyEdit } from "../../../armusic/studio/page/edit.js";
import { inWords } from "../../../armusic/studio/page/spoken.js";

const measures = [1, 2, 3].map((number) =>
  ({ start: 4 * number - 4, length: 4, beats: 4, number: String(number), editable: true }));

/**
 * Return a situation of a tune of three measures.
 * @param {object} more
 */
function situation(more = {}) {
  const values = { density: [0.1, 0.2, 0.3] };
  const scales = { density: { low: 0, high: 1 } };
  const session = { title: "A Reel", name: "reel.abc", summary: "3 measures", remarks: [], reading: {}, measures,
    values, scales };
  const attribute = { name: "density", label: "density", unit: "notes a beat", factor: 10 };
  const shown = { values, changed: [false, false, false], remarks: [] };
  return /** @type {Situation} */ (/** @type {unknown} */ ({
    model: { attributes: [attribute] }, session, source: { name: "reel.abc" }, selection: null, original: false,
    pool: { ready: false }, edit: emptyEdit(), shown, settled: true, ...more,
  }));
}

test("a tune that was opened is summed up", () => {
  assert.deepEqual(happened(situation(), null), ["A Reel is open: 3 measures"]);
  const other = situation({ source: { example: "2" } });
  assert.equal(happened(other, situation()).length, 1);
});

test("what is selected, shown and finished is said", () => {
  const before = situation();
  const after = { ...before, selection: /** @type {[number, number]} */ ([0, 1]), original: true };
  assert.deepEqual(happened(after, before), ["Measures 1 to 2 are selected", "The original is shown"]);
  assert.deepEqual(happened(before, after), ["No measure is selected", "The variation is shown"]);
  const ready = { ...before, pool: /** @type {any} */ ({ ready: true }) };
  assert.deepEqual(happened(ready, before), ["The search has finished"]);
  assert.deepEqual(happened(ready, ready), []);
});

test("what was turned is said with the value that was reached, in the slider's unit", () => {
  const before = situation();
  const edit = { ...emptyEdit(), shifts: { density: [0.2, 0.2, 0.2] } };
  const shown = { values: { density: [0.3, 0.5, 0.4] }, changed: [true, false, true], remarks: ["measure 1: wide"] };
  const after = { ...before, edit, shown: /** @type {any} */ (shown) };
  const sentences = ["density 4.0 notes a beat", "2 measures differ from the original", "measure 1: wide"];
  assert.deepEqual(happened(after, before), sentences);
});

test("the notes of a measure are named with their beats", () => {
  const notes = [{ start: 4, duration: 1, pitch: 60 }, { start: 5.5, duration: 0.5, pitch: 70 }];
  const measure = /** @type {any} */ (measures[1]);
  assert.equal(inWords(measure, /** @type {any} */ (notes), true), "C4 on 1 for 1, B♭4 on 2.5 for 0.5");
  assert.equal(inWords({ ...measure, beats: 2 }, /** @type {any} */ (notes)), "C4 on 1 for 0.5, A♯4 on 1.75 for 0.25");
  assert.equal(inWords(measure, []), "no note begins in it");
});
