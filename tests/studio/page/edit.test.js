// Edits: plain data, never changed, from which requests are made.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as edits from "../../../armusic/studio/page/edit.js";

const measure = { length: 4, metre: "4/4", beats: 4, number: "1", written: "4/4", grid: [0, 1, 2, 3, 4] };

/** Four measures, of which the third cannot change. */
const TUNE = {
  measures: [true, true, false, true].map((editable, index) => ({ ...measure, start: 4 * index, editable })),
  values: { density: [0.1, 0.2, 0.3, 0.4], range: [0.5, 0.5, 0.5, 0.5] },
};
const EMPTY = Object.freeze(edits.emptyEdit());

test("measures that pass through are named before the measure that follows them", () => {
  const numbered = (/** @type {string[]} */ ...numbers) =>
    ({ measures: TUNE.measures.map((each, index) => ({ ...each, number: numbers[index] })) });
  const words = (/** @type {string[]} */ ...numbers) =>
    TUNE.measures.map((_, index) => edits.passing(numbered(...numbers), index));
  assert.deepEqual(words("1", "2", "3", "4"), ["", "", "", ""]);
  assert.deepEqual(words("1-2", "3", "3", "4"), ["", "", "", ""]);
  assert.deepEqual(words("2", "5-6", "7", "9"),
    ["measure 1 stays as it is", "measures 3 to 4 stay as they are", "", "measure 8 stays as it is"]);
  assert.deepEqual(edits.numbers(numbered("2", "5-6", "7", "9"), [1, 3]), ["5", "9"]);
});

test("an edit is empty without shifts and without dice", () => {
  assert.ok(edits.isEmpty(EMPTY));
  assert.ok(edits.isEmpty({ ...EMPTY, locks: ["range"], key: "off" }));
  assert.ok(!edits.isEmpty({ ...EMPTY, seed: 0 }));
  assert.ok(!edits.isEmpty({ ...EMPTY, shifts: { density: [null, 0.1, null, null] } }));
});

test("a slider changes the editable measures of the selection, or of the tune", () => {
  assert.deepEqual(edits.scope(TUNE, null), [0, 1, 3]);
  assert.deepEqual(edits.scope(TUNE, [1, 2]), [1]);
  assert.deepEqual(edits.scope(TUNE, [2, 2]), []);
});

test("the mean of no values is 0", () => {
  assert.equal(edits.mean([1, 2, 6], [0, 2]), 3.5);
  assert.equal(edits.mean([1, 2, 6], []), 0);
});

test("a mean is reached by the same shift of every measure, and the edit before it stays as it is", () => {
  const edit = edits.shiftMean(TUNE, EMPTY, "density", [0, 1], 0.25);
  assert.deepEqual(edit.shifts, { density: [0.1, 0.1, null, null] });
  assert.deepEqual(edits.targets(TUNE, edit, "density").map((value) => value.toFixed(3)),
    ["0.200", "0.300", "0.300", "0.400"]);
  assert.deepEqual(EMPTY, edits.emptyEdit());
});

test("shifts add up on top of a curve, and their differences stay", () => {
  const curve = edits.setTargets(TUNE, EMPTY, "density", { 0: 0.3, 1: 0.2 });
  const edit = edits.shiftMean(TUNE, curve, "density", [0, 1], 0.35);
  assert.deepEqual(edit.shifts.density, [0.3, 0.1, null, null]);
});

test("a slider that returns to the original leaves no shift", () => {
  const edit = edits.shiftMean(TUNE, EMPTY, "density", [0, 1], 0.25);
  assert.deepEqual(edits.shiftMean(TUNE, edit, "density", [0, 1], 0.15), EMPTY);
});

test("targets of measures that cannot change are ignored", () => {
  assert.deepEqual(edits.setTargets(TUNE, EMPTY, "density", { 1: 0.5, 2: 0.5 }).shifts, {
    density: [null, 0.3, null, null],
  });
  assert.deepEqual(edits.setTargets(TUNE, EMPTY, "density", { 2: 0.5 }), EMPTY);
});

test("clearing the last target of an attribute removes it, and another attribute's stay", () => {
  const one = edits.setTargets(TUNE, EMPTY, "density", { 1: 0.5 });
  const both = edits.setTargets(TUNE, one, "range", { 0: 0.6 });
  assert.deepEqual(Object.keys(edits.clearTargets(TUNE, both, "density", [0, 1, 3]).shifts), ["range"]);
});

test("a lock is set and released", () => {
  const locked = edits.toggleLock(edits.toggleLock(EMPTY, "range"), "density");
  assert.deepEqual(locked.locks, ["range", "density"]);
  assert.deepEqual(edits.toggleLock(locked, "range").locks, ["density"]);
});

test("dice for all measures name none; for some, they name those with targets as well, in order", () => {
  const all = edits.scope(TUNE, null);
  assert.equal(edits.rollDice(EMPTY, all, all).measures, null);
  const edit = edits.setTargets(TUNE, EMPTY, "density", { 3: 0.5, 0: 0.2 });
  const rolled = edits.rollDice(edit, [1], all);
  assert.deepEqual(rolled.measures, [1, 2, 4]);
  assert.ok(Number.isInteger(rolled.seed) && Number(rolled.seed) >= 0 && Number(rolled.seed) < 2 ** 32);
});

test("a request has the measures only with dice", () => {
  assert.deepEqual(edits.toRequest(TUNE, { ...EMPTY, measures: [1] }, 7), {
    sequence: 7, shifts: {}, locks: [], natural: 0.5, each_measure: false, by_hand: {}, key: "auto",
    keep: "cadences,downbeats,subdivisions", seed: null, measures: null,
  });
  assert.deepEqual(edits.toRequest(TUNE, { ...EMPTY, seed: 1, measures: [1] }).measures, [1]);
});

test("a shift of the whole tune is sent as a number, a curve as a list", () => {
  const whole = edits.shiftMean(TUNE, EMPTY, "density", edits.scope(TUNE, null), 1);
  assert.deepEqual(whole.shifts.density.filter((shift) => shift !== null).length, 3);
  assert.deepEqual(edits.toRequest(TUNE, whole).shifts, { density: whole.shifts.density[0] });
  assert.ok(!edits.hasCurve(TUNE, whole));
  const curve = edits.setTargets(TUNE, whole, "range", { 1: 0.6 });
  assert.deepEqual(edits.toRequest(TUNE, curve).shifts, {
    density: whole.shifts.density[0], range: [null, 0.1, null, null],
  });
  assert.ok(edits.hasCurve(TUNE, curve));
  assert.ok(edits.hasCurve(TUNE, { ...EMPTY, seed: 1, measures: [1] }));
  assert.ok(!edits.hasCurve(TUNE, { ...whole, seed: 1 }));
});

test("what has no effect yet is something to start over from", () => {
  assert.ok(edits.isNew(EMPTY));
  for (const change of [{ locks: ["range"] }, { natural: 0.2 }, { each_measure: true }, { key: "off" }, { seed: 1 }]) {
    assert.ok(!edits.isNew({ ...EMPTY, ...change }));
  }
});

test("values have as many decimals as their slider resolves, and no negative zero", () => {
  /** @param {number} factor */
  const attribute = (factor) => ({ name: "a", label: "a", description: "", unit: "", factor });
  const scale = { low: -1, high: 1, std: 0.1, histogram: { low: -1, high: 1, shares: [] } };
  const session = { scales: { a: scale } };
  assert.equal(edits.format(attribute(1), session, 0.256), "0.26");
  assert.equal(edits.format(attribute(6), session, 0.256), "1.5");
  assert.equal(edits.format(attribute(60), session, 0.256), "15");
  assert.equal(edits.format(attribute(1), session, -0.001), "0.00");
  assert.equal(edits.format(attribute(60), session, -0.001), "0");
  assert.equal(edits.format(attribute(1), session, -0.01), "-0.01");
});

test("measures by hand make an edit, until they are unlocked", () => {
  const hand = { ...EMPTY, by_hand: { 1: [], 3: [{ start: 8, duration: 1, pitch: 60 }] } };
  assert.ok(!edits.isEmpty(hand));
  assert.deepEqual(edits.toRequest(TUNE, hand).by_hand, hand.by_hand);
  assert.deepEqual(Object.keys(edits.unlock(hand, [0, 1]).by_hand), ["3"]);
  assert.ok(edits.isEmpty(edits.unlock(hand, [0, 2])));
  assert.equal(Object.keys(hand.by_hand).length, 2);
});
