// Sessions as files: what was saved comes back, and anything else is refused in one line.

import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyEdit } from "../../../armusic/studio/page/edit.js";
import { fromText, isSession, toText } from "../../../armusic/studio/page/sessionfile.js";

const BYTES = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7) % 256);
const EDIT = { ...emptyEdit(), shifts: { density: [0.5, null] }, locks: ["range"], seed: 7, measures: [1] };
const WORK = {
  melody: "2:0 {}", reading: /** @type {any} */ ({ track: "2:0" }), pace: 1.25, instrument: 40, original: true,
  kept: [{ name: "Étude", edit: EDIT, loop: /** @type {"open"} */ ("open") }, { name: "2", edit: EDIT }],
  present: EDIT, past: [emptyEdit()], future: [EDIT],
  selection: /** @type {[number, number]} */ ([0, 1]),
};
const SESSION = { name: "tune.mid", bytes: BYTES, works: [WORK] };

test("what was saved comes back", () => {
  assert.deepEqual(fromText(toText(SESSION), "a.armusic"), SESSION);
});

test("a session is known by its name", () => {
  assert.deepEqual(["a.armusic", "a.JSON", "a.mid", "armusic.abc"].map(isSession), [true, true, false, false]);
});

test("a field that was added later has its value of a new edit, and one that was removed goes", () => {
  const { locks: _, ...older } = { ...EDIT, forgotten: 1 };
  const works = [{ ...WORK, present: older }];
  const [work] = fromText(JSON.stringify({ ...JSON.parse(toText(SESSION)), works }), "").works;
  assert.deepEqual(work.present, { ...EDIT, locks: [] });
});

test("a session of a later version is refused, and says what to do", () => {
  const later = toText(SESSION).replace('"version":1', '"version":2');
  const message = "saved by a later armusic (its version is 2, and up to 1 can be read): update armusic to open it";
  assert.throws(() => fromText(later, "a.armusic"), { message: `a.armusic: ${message}` });
});

test("anything else is refused in one line", () => {
  const saved = JSON.parse(toText(SESSION));
  /** @type {unknown[]} */
  const others = [null, 1, [], {}, { ...saved, armusic: 1 }, { ...saved, version: "1" }, { ...saved, works: [] }];
  others.push({ ...saved, music: "%" }, { ...saved, music: 3 }, { ...saved, name: "" }, { ...saved, works: [null] });
  for (const damage of [
    { melody: 1 }, { pace: 0 }, { pace: "1" },
    { instrument: 128 }, { past: null }, { future: [1] }, { kept: [{}] }, { present: undefined },
    { selection: [1] }, { selection: ["0", "1"] }, { reading: null }, { present: { ...EDIT, shifts: { density: 1 } } },
    { present: { ...EDIT, shifts: { density: ["1"] } } }, { present: { ...EDIT, natural: 2 } },
    { present: { ...EDIT, seed: 0.5 } },
    { present: { ...EDIT, by_hand: { 1: [{ pitch: "60" }] } } },
    { present: { ...EDIT, locks: "range" } }, { kept: [{ name: 1, edit: EDIT }] },
    { kept: [{ name: "1", edit: EDIT, loop: "both" }] },
  ]) others.push({ ...saved, works: [{ ...WORK, ...damage }] });
  const message = "a.armusic: damaged, or no session of armusic studio";
  for (const other of others) assert.throws(() => fromText(JSON.stringify(other), "a.armusic"), { message });
  assert.throws(() => fromText(toText(SESSION).slice(0, -3), "a.armusic"), { message });
});
