// What is one step for undo, and what is several.

import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyEdit } from "../../../armusic/studio/page/edit.js";
import { Gestures } from "../../../armusic/studio/page/gestures.js";
import { History } from "../../../armusic/studio/page/history.js";

const SLIDER = new EventTarget();
const LANE = new EventTarget();

/** Return a page in which keys are pressed, and whose edits are numbered. */
function desk() {
  const gestures = new Gestures();
  const history = new History(emptyEdit());
  let seed = 0;
  const change = () => history.push({ ...emptyEdit(), seed: ++seed }, gestures.change());
  const press = (/** @type {number} */ timeStamp, key = "ArrowUp", target = SLIDER, repeat = false) => {
    gestures.press({ key, target, timeStamp, repeat });
  };
  return { gestures, history, change, press };
}

test("keys on one control in short succession are one step, as long as each follows the one before", () => {
  const { history, change, press } = desk();
  for (let time = 0; time < 5000; time += 900) {
    press(time);
    change();
  }
  assert.equal(history.past.length, 1);
  press(8000);
  change();
  assert.equal(history.past.length, 2);
  history.undo();
  assert.equal(history.present.seed, 6);
  history.undo();
  assert.equal(history.present.seed, null);
});

test("another control, another kind of key, and a key that changed nothing begin a step", () => {
  for (const interrupt of [
    (/** @type {ReturnType<typeof desk>["press"]} */ press) => press(100, "ArrowUp", LANE),
    (/** @type {ReturnType<typeof desk>["press"]} */ press) => press(100, "Delete"),
    (/** @type {ReturnType<typeof desk>["press"]} */ press) => {
      press(50, "ArrowRight"); // moves the cursor only
      press(100);
    },
  ]) {
    const { history, change, press } = desk();
    press(0);
    change();
    interrupt(press);
    change();
    assert.equal(history.past.length, 2);
  }
});

test("drags are steps of their own, however fast; so are clicks", () => {
  for (const act of /** @type {const} */ (["point", "click"])) {
    const { gestures, history, change } = desk();
    for (let count = 0; count < 3; count++) {
      gestures[act]();
      change();
    }
    assert.equal(history.past.length, 3);
  }
});

test("a button whose key is held is one step", () => {
  const { gestures, history, change, press } = desk();
  for (let time = 0; time < 500; time += 30) {
    press(time, "Enter", SLIDER, time > 0);
    gestures.click();
    change();
  }
  assert.equal(history.past.length, 1);
  press(600, "Enter");
  gestures.click();
  change();
  assert.equal(history.past.length, 2);
});

test("a gesture that ends where it began is no step, and can go on", () => {
  const history = new History(emptyEdit());
  const moved = { ...emptyEdit(), natural: 0.6 };
  history.push(moved, 1);
  history.push(emptyEdit(), 1);
  assert.deepEqual(history.past, []);
  history.push(moved, 1);
  assert.equal(history.past.length, 1);
});

test("after undo, the same gesture makes a new step", () => {
  const history = new History(emptyEdit());
  for (const seed of [1, 2]) history.push({ ...emptyEdit(), seed }, seed);
  history.undo();
  history.push({ ...emptyEdit(), seed: 3 }, 2);
  assert.equal(history.undo().seed, 1);
});
