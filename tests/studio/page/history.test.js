// Undo and redo.

import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyEdit } from "../../../armusic/studio/page/edit.js";
import { History } from "../../../armusic/studio/page/history.js";

/** @param {number} seed */
const edit = (seed) => ({ ...emptyEdit(), seed });

test("undo and redo go back and forth, and stop at the ends", () => {
  const history = new History(edit(0));
  history.push(edit(1));
  history.push(edit(2));
  assert.equal(history.undo().seed, 1);
  assert.equal(history.undo().seed, 0);
  assert.equal(history.undo().seed, 0);
  assert.equal(history.redo().seed, 1);
  assert.equal(history.redo().seed, 2);
  assert.equal(history.redo().seed, 2);
});

test("a new edit takes the place of those that were undone", () => {
  const history = new History(edit(0));
  history.push(edit(1));
  history.undo();
  history.push(edit(2));
  assert.equal(history.redo().seed, 2);
  assert.equal(history.undo().seed, 0);
});

test("an edit that changes nothing is no step", () => {
  const history = new History(edit(0));
  history.push(edit(0));
  assert.deepEqual(history.past, []);
});

test("a hundred steps are kept", () => {
  const history = new History(edit(0));
  for (let seed = 1; seed <= 150; seed++) history.push(edit(seed));
  assert.equal(history.past.length, 100);
  assert.equal(history.past[0].seed, 50);
});
