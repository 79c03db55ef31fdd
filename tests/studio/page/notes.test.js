// Notes by hand: what they are called, and what the grid makes of a gesture.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as notes from "../../../armusic/studio/page/notes.js";

test("pitches are named as in their key", () => {
  const flat = ["F:major", "D:minor", "Bb:major", "G:dorian", "C:dorian", "Gb:major", "Eb:minor", "F:locrian"];
  const sharp = ["C:major", "A:minor", "G:major", "F#:minor", "D:dorian", "E:phrygian", "C#:major", "F:lydian"];
  assert.deepEqual([...flat, ...sharp].map(notes.isFlat), [...flat.map(() => true), ...sharp.map(() => false)]);
  assert.deepEqual([60, 70, 0, 127].map((pitch) => notes.pitchName(pitch, true)), ["C4", "B♭4", "C-1", "G9"]);
  assert.equal(notes.pitchName(61), "C♯4");
});

const SIMPLE = [0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4];
const grid = [...[0, 1, 2, 3].flatMap((beat) => SIMPLE.map((part) => beat + part)), 4];
/** Two measures of 4/4; the first is a pickup of one beat, and the last one a beat short. */
const BARS = [
  { start: 0, length: 4, metre: "4/4", beats: 4, number: "0", grid: grid.filter((at) => at >= 3) },
  { start: 4, length: 4, metre: "4/4", beats: 4, number: "1", grid },
  { start: 8, length: 4, metre: "4/4", beats: 4, number: "2", grid: grid.filter((at) => at <= 3) },
];
const JIG = [{
  start: 0, length: 3, metre: "6/8", beats: 2, number: "1", grid: Array.from({ length: 13 }, (_, tick) => tick / 4),
}];

/**
 * @param {number} start
 * @param {number} duration
 * @param {number} pitch
 */
const note = (start, duration, pitch = 60) => ({ start, duration, pitch });

/** @param {import("../../../armusic/studio/page/notes.js").Sound[]} sounds */
const plain = (sounds) => sounds.map(({ start, duration, pitch }) => [start, duration, pitch]);

test("notes start on sixteenths or triplets, within the tune", () => {
  const quarters = notes.times(BARS, 4);
  assert.deepEqual(quarters.slice(0, 6), [3, 3.25, 3.5, 3.75, 4, 4.25]);
  assert.equal(quarters.at(-1), 11);
  assert.deepEqual(notes.times(BARS, 3).slice(0, 4).map((time) => time.toFixed(2)), ["3.00", "3.33", "3.67", "4.00"]);
  assert.equal(notes.times(BARS).length, 6 + 24 + 18 + 1);
  for (const parts of [0, 3, 4]) assert.equal(notes.times(JIG, parts).length, 13, "a compound beat has six sixteenths");
});

test("a step goes to the next time, from between two times as well", () => {
  const times = [0, 1, 2, 3];
  assert.deepEqual([1, -1, 2, -2].map((count) => notes.step(times, 1, count)), [2, 0, 3, 0]);
  assert.deepEqual([1, -1].map((count) => notes.step(times, 1.4, count)), [2, 1]);
  assert.deepEqual([notes.step(times, 3, 1), notes.step(times, 0, -1)], [3, 0]);
  assert.equal(notes.step(times, 1 + 1e-9, 1), 2, "rounding does not hold it");
});

test("a note is fitted to the grid", () => {
  const times = notes.times(BARS);
  assert.deepEqual(notes.fit(times, note(1, 1, 200)), note(3, 1, 127), "not before the pickup, nor above the highest");
  assert.deepEqual(notes.fit(times, note(10.9, 3)), note(10.75, 0.25), "not behind the end");
  assert.deepEqual(notes.fit(times, note(5.02, 0.01)), note(5, 0.25), "at least a tick long");
});

test("a note that is put in cuts short what sounds then", () => {
  const row = [note(4, 1), note(5, 1, 62), note(6, 2, 64)];
  assert.deepEqual(plain(notes.put(row, note(4.5, 1, 70))), [[4, 0.5, 60], [4.5, 1, 70], [5.5, 0.5, 62], [6, 2, 64]]);
  assert.deepEqual(plain(notes.put(row, note(5, 2, 62), row[1])), [[4, 1, 60], [5, 2, 62], [7, 1, 64]]);
  assert.deepEqual(plain(notes.put(row, note(4, 4, 70))), [[4, 4, 70]]);
  assert.deepEqual(plain(notes.put(row, null, row[1])), [[4, 1, 60], [6, 2, 64]]);
  assert.equal(row.length, 3, "the notes before are as they were");
});

test("whatever is put in, no two notes sound at once and all are on the grid", () => {
  const times = notes.times(BARS);
  let row = [note(4, 2), note(6, 2, 62)];
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let turn = 0; turn < 500; turn++) {
    const old = random() < 0.5 ? row[Math.floor(random() * row.length)] ?? null : null;
    const next = notes.fit(times, note(random() * 12, random() * 3, Math.floor(random() * 140) - 5));
    row = notes.put(row, random() < 0.1 && row.length > 1 ? null : next, old);
    row.forEach(({ start, duration }, index) => {
      assert.ok(duration > 0.05 && start + duration <= (row[index + 1]?.start ?? 11) + 1e-6);
      for (const time of [start, start + duration]) assert.ok(times.some((tick) => notes.sameTime(tick, time)));
    });
  }
});

test("a note is added in the silence after the chosen one, or as its second half", () => {
  const row = [note(4, 1), note(6, 1, 62), note(7, 0.25)];
  assert.deepEqual(notes.another(BARS, row, row[0], 0), note(5, 1));
  assert.deepEqual(notes.another(BARS, row, row[1], 0), note(6.5, 0.5, 62));
  assert.deepEqual(notes.another(BARS, row, row[2], 0), note(7.25, 0.25));
  assert.equal(notes.another(BARS, [note(4, 0.25), note(4.25, 1)], note(4, 0.25), 0), null, "too short");
  assert.deepEqual(notes.another(BARS, [], undefined, 1), note(4, 1, 67));
  assert.deepEqual(notes.another(BARS, [], undefined, 0), note(3, 1, 67), "on the pickup");
});

test("only measures whose notes differ are by hand, with all that sounds in them", () => {
  const before = [note(4, 1), note(7, 2, 62), note(9, 1, 64)];
  assert.deepEqual(notes.byHand(BARS, before, before), {});
  assert.deepEqual(Object.keys(notes.byHand(BARS, before, notes.put(before, note(4, 1, 61), before[0]))), ["2"]);
  const higher = notes.byHand(BARS, before, notes.put(before, note(7, 2, 65), before[1]));
  assert.deepEqual(higher, { 2: [note(4, 1), note(7, 2, 65)] }, "what is held over the bar line needs no other row");
  const shorter = notes.byHand(BARS, before, notes.put(before, note(7, 1, 62), before[1]));
  assert.deepEqual(shorter, { 2: [note(4, 1), note(7, 1, 62)], 3: [note(9, 1, 64)] });
  assert.deepEqual(notes.byHand(BARS, before, []), { 2: [], 3: [] });
});

test("a note is said in words", () => {
  assert.equal(notes.words(BARS, note(5.5, 0.5, 70), true), "B♭4, measure 1, beat 2 1/2, 1/2 beat");
  assert.equal(notes.words(BARS, note(8 + 4 / 3, 1 + 2 / 3, 61), false), "C♯4, measure 2, beat 2 1/3, 1 2/3 beats");
  assert.equal(notes.words(JIG, note(1.5, 1.5), false), "C4, measure 1, beat 2, 1 beat");
});
