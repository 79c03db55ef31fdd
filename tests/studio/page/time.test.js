// Time and place: seconds, beats, pixels.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, Ruler } from "../../../armusic/studio/page/canvas.js";
import { beats, measureOf, nearestBeat, seconds } from "../../../armusic/studio/page/time.js";

test("seconds follow every change of tempo", () => {
  const tempos = [{ start: 0, bpm: 120 }, { start: 4, bpm: 60 }];
  assert.equal(seconds(tempos, 0), 0);
  assert.equal(seconds(tempos, 3), 1.5);
  assert.equal(seconds(tempos, 4), 2);
  assert.equal(seconds(tempos, 6), 4);
});

test("the first tempo applies from the start of the tune", () => {
  assert.equal(seconds([{ start: 2, bpm: 60 }], 1), 1);
});

test("a measure has the beats of its metre", () => {
  assert.deepEqual(beats({ start: 4, length: 4, metre: "4/4", beats: 4 }), [
    { start: 4, first: true }, { start: 5, first: false }, { start: 6, first: false }, { start: 7, first: false },
  ]);
  assert.deepEqual(beats({ start: 0, length: 3, metre: "6/8", beats: 2 }).map(({ start }) => start), [0, 1.5]);
});

test("a pickup has the last beats of its metre, none of them accented", () => {
  assert.deepEqual(beats({ start: 0, length: 1, metre: "4/4", beats: 4 }), [{ start: 0, first: false }]);
  assert.deepEqual(beats({ start: 0, length: 0.5, metre: "3/4", beats: 3 }), []);
});

test("a ruler goes from quarter notes to pixels and back to measures", () => {
  const ruler = new Ruler([{ start: 0, length: 1 }, { start: 1, length: 4 }, { start: 5, length: 3 }], 160);
  assert.equal(ruler.x(2), 40);
  assert.equal(ruler.left(1), 20);
  assert.equal(ruler.right(1), 100);
  assert.deepEqual([-5, 0, 19, 20, 99, 100, 159, 500].map((x) => ruler.measureAt(x)), [0, 0, 0, 1, 1, 2, 2, 2]);
});

test("a value is clamped to both ends", () => {
  assert.deepEqual([-1, 0.5, 2].map((value) => clamp(value, 0, 1)), [0, 0.5, 1]);
});

test("a place belongs to a measure, and to its nearest beat", () => {
  const measures = [{ start: 0, length: 1, metre: "3/4", beats: 3 }, { start: 1, length: 3, metre: "3/4", beats: 3 }];
  assert.deepEqual([-1, 0, 0.99, 1, 3, 9].map((quarter) => measureOf(measures, quarter)), [0, 0, 0, 1, 1, 1]);
  assert.deepEqual([0.4, 1.2, 1.6, 3.4, 9].map((quarter) => nearestBeat(measures, quarter)), [0, 1, 2, 3, 3]);
});
