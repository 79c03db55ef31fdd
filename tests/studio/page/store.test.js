// Work on tunes: of several pages, in a storage that may be full or forbidden.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @import { Work } from "../../../armusic/studio/page/store.js" */

import { emptyEdit } from "../../../armusic/studio/page/edit.js";
import { fits, merge, tuneOf, Works } from "../../../armusic/studio/page/store.js";

const READING = /** @type {any} */ ({});

/** Return an edit with a number; a new edit for 0. @param {number} seed */
const edit = (seed) => ({ ...emptyEdit(), seed: seed || null });

/**
 * Return work whose steps are numbers, the last of them the present.
 * @param {number[]} steps
 * @param {Partial<Work>} more
 * @returns {Work & { time: number }}
 */
const work = (steps, more = {}) => {
  const edits = steps.map(edit);
  const present = /** @type {Work["present"]} */ (edits.pop());
  const rest = {
    reading: READING, pace: 1, instrument: null, kept: [], selection: null, original: false, future: [], time: 0,
  };
  return { ...rest, past: edits, present, ...more };
};

/** @param {Work | null} stored */
const steps = (stored) => stored && [...stored.past, stored.present].map(({ seed }) => seed ?? 0);

/** Return a storage of limited size. */
function items(limit = Infinity) {
  const methods = {
    getItem(/** @type {string} */ key) {
      return Object.hasOwn(this, key) ? /** @type {any} */ (this)[key] : null;
    },
    setItem(/** @type {string} */ key, /** @type {string} */ text) {
      const rest = Object.entries(this).reduce((sum, [name, value]) => sum + (name === key ? 0 : value.length), 0);
      if (rest + text.length > limit) throw new DOMException("full", "QuotaExceededError");
      /** @type {any} */ (this)[key] = text;
    },
    removeItem(/** @type {string} */ key) {
      delete (/** @type {any} */ (this)[key]);
    },
  };
  return /** @type {Storage} */ (Object.create(methods));
}

test("work on one tune comes back, and that on another stays", () => {
  const storage = items();
  const works = new Works(storage, "page");
  works.save("file 1 {}", work([0, 1]));
  works.save("file 12 {}", work([0, 2]));
  assert.deepEqual(steps(new Works(storage, "later").load("file 1 {}")), [0, 1]);
  assert.deepEqual(steps(new Works(storage, "later").load("file 12 {}")), [0, 2]);
  assert.equal(new Works(storage, "later").load("file 2 {}"), null);
});

test("two pages with one tune never overwrite each other's work", () => {
  const storage = items();
  const [first, second] = ["first", "second"].map((page) => new Works(storage, page));
  const kept = [{ name: "Variation 1", edit: edit(2) }];
  first.save("file 1 {}", work([0, 1, 2, 3], { kept }));
  second.save("file 1 {}", work([0, 1, 7, 8]));
  const together = new Works(storage, "third").load("file 1 {}");
  assert.deepEqual(new Set(steps(together)), new Set([0, 1, 2, 3, 7, 8]));
  assert.deepEqual(together?.kept, kept);
  assert.equal(Object.keys(storage).length, 1); // it is the third page's now
  first.save("file 1 {}", work([0, 1, 2, 3, 4]));
  assert.equal(Object.keys(storage).length, 2);
});

test("undo leads from the newer work to the older, without steps that both have", () => {
  assert.deepEqual(steps(merge(work([0, 1, 2]), work([0, 1, 5]))), [0, 1, 2, 5]);
  assert.deepEqual(steps(merge(work([0, 1, 2]), work([0, 1]))), [0, 1, 2, 1]);
  assert.deepEqual(steps(merge(work([0, 1]), work([0, 1, 2]))), [0, 1, 2]);
  assert.deepEqual(steps(merge(work([0, 1]), work([0, 1]))), [0, 1]);
  const long = merge(work([...Array(90).keys()]), work([0, ...Array(60).keys()].map((seed) => seed + 1000)));
  assert.equal(long.past.length, 100);
  assert.equal(long.present.seed, 1059);
});

test("a variation that was kept twice comes once", () => {
  const kept = (/** @type {number[]} */ ...seeds) => seeds.map((seed) => ({ name: `V ${seed}`, edit: edit(seed) }));
  assert.deepEqual(merge(work([0], { kept: kept(1, 2) }), work([0], { kept: kept(2, 3) })).kept, kept(2, 3, 1));
});

test("a tune without work leaves nothing behind", () => {
  const storage = items();
  const works = new Works(storage, "page");
  works.save("file 1 {}", work([0, 1]));
  works.save("file 1 {}", work([0]));
  assert.deepEqual(Object.keys(storage), []);
  works.save("file 1 {}", work([0], { pace: 1.5 }));
  assert.equal(works.load("file 1 {}")?.pace, 1.5);
});

test("where the storage is full, undo steps of the work unused for longest go, and its result stays", () => {
  const many = [...Array(40).keys()];
  const size = JSON.stringify({ ...work(many), time: Date.now() }).length;
  const works = new Works(items(2.5 * size), "page");
  for (const tune of ["a", "b", "c"]) assert.equal(works.save(tune, work(many)), true);
  assert.deepEqual(["a", "b", "c"].map((tune) => steps(works.load(tune))?.length), [1, 40, 40]);
  assert.deepEqual(steps(works.load("a")), [39]);
  assert.equal(works.unsaved.size, 0);
});

test("what cannot be stored is known to be unsaved, and still comes back on this page", () => {
  for (const storage of [items(100), null]) {
    const works = new Works(storage, "page");
    assert.equal(works.save("file 1 {}", work([0, 1])), false);
    assert.deepEqual([...works.unsaved], ["file 1 {}"]);
    assert.deepEqual(steps(works.load("file 1 {}")), [0, 1]);
    works.save("file 1 {}", work([0])); // everything is undone: there is nothing to lose
    assert.equal(works.unsaved.size, 0);
  }
});

test("a storage that was open and is forbidden by now is no error", () => {
  const storage = items();
  new Works(storage, "page").save("a", work([0, 1]));
  storage.setItem = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  assert.equal(new Works(storage, "later").save("b", work([0, 1])), false);
});

test("the works of a file are those of its melodies", () => {
  const works = new Works(items(), "page");
  for (const tune of ["f 1 {}", "f 2:0 {}", "g 1 {}"]) works.save(tune, work([0, 1]));
  assert.deepEqual(works.ofFile("f").map(({ tune }) => tune).sort(), ["f 1 {}", "f 2:0 {}"]);
});

test("work that does not fit stays as it is", () => {
  const storage = items();
  new Works(storage, "page").save("f 1 {}", work([0, 1]));
  const works = new Works(storage, "later");
  assert.equal(works.load("f 1 {}", () => false), null);
  assert.deepEqual(steps(works.load("f 1 {}")), [0, 1]);
});

test("work fits a tune with its attributes and its number of measures", () => {
  const session = /** @type {any} */ ({ measures: [{}, {}], values: { density: [0, 0] } });
  const shifted = (/** @type {any} */ shifts) => work([0], { past: [{ ...emptyEdit(), shifts }] });
  assert.equal(fits(session, shifted({ density: [0.1, null] })), true);
  assert.equal(fits(session, shifted({ density: [0.1] })), false);
  assert.equal(fits(session, shifted({ rhythm: [0.1, 0.1] })), false);
  assert.equal(fits(session, work([0], { selection: [0, 2] })), false);
});

test("a tune is known again however its melody was chosen", () => {
  const tracks = /** @type {any} */ ([{ id: "1:0", selected: false }, { id: "2:0", selected: true }]);
  const [chosen, found] = [{ track: "2:0" }, { track: null }].map((reading) =>
    tuneOf({ digest: "d", tracks, reading: /** @type {any} */ ({ ...reading, tune: null, metre: null }) }));
  assert.equal(chosen, found);
});
