import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyEdit, isNew, keeps, withSeed } from "../../../armusic/studio/page/edit.js";
import { stays } from "../../../armusic/studio/page/state.js";

/** @type {any} */
const session = { measures: [true, false, true, true].map((editable) => ({ editable })) };

test("another answer changes the measures that have a target, and no others", () => {
  const whole = { ...emptyEdit(), shifts: { density: [0.1, null, 0.1, 0.1] } };
  assert.deepEqual(withSeed(session, whole, 7), { ...whole, seed: 7, measures: null });
  const curve = { ...emptyEdit(), shifts: { density: [0.1, null, null, null], range: [null, null, 0.2, null] } };
  assert.deepEqual(withSeed(session, curve, 7).measures, [1, 3]);
  const rolled = { ...emptyEdit(), seed: 3, measures: [4] };
  assert.deepEqual(withSeed(session, rolled, 7), { ...rolled, seed: 7 });
});

test("what is kept belongs to an edit, and is as at the start where it is not said", () => {
  assert.equal(keeps({ ...emptyEdit(), keep: undefined }), keeps(emptyEdit()));
  assert.ok(!isNew({ ...emptyEdit(), keep: "none" }));
});

test("notes that were heard or written by hand stay when the search is over", () => {
  const notes = [{ start: 0, duration: 1, pitch: 60, velocity: 64, measure: 1 }];
  /** @type {any} */
  const shown = { notes };
  assert.ok(!stays({ heard: null, shown, edit: emptyEdit() }));
  assert.ok(stays({ heard: notes, shown, edit: emptyEdit() }));
  assert.ok(!stays({ heard: [...notes], shown, edit: emptyEdit() }));
  assert.ok(stays({ heard: null, shown, edit: { ...emptyEdit(), by_hand: { 1: notes } } }));
});
