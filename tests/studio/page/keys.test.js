// Keys that work everywhere: what each is to do, wherever the focus is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { command } from "../../../armusic/studio/page/keys.js";

/**
 * A fake element that matches selectors by their parts.
 * @param {string} kind
 */
const element = (kind) => ({ matches: (/** @type {string} */ selector) => kind !== "" && selector.includes(kind) });

/** @param {string} key */
const pressed = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("Space plays, but in text fields it is typed", () => {
  assert.equal(command(pressed(" "), element("")), "play");
  assert.equal(command(pressed(" "), element('input[type="checkbox"]')), "play");
  assert.equal(command(pressed(" "), element('[type="text"]')), null);
  assert.equal(command(pressed(" "), element("textarea")), null);
  assert.equal(command(pressed(" ", { altKey: true }), element("")), null);
  assert.equal(command(pressed(" ", { ctrlKey: true }), element("")), null);
});

test("Enter ticks a box, as Space plays", () => {
  assert.equal(command(pressed("Enter"), element('input[type="checkbox"]')), "press");
  assert.equal(command(pressed("Enter"), element("")), null);
});

test("undo and redo, but a field undoes what was typed in it", () => {
  assert.equal(command(pressed("z", { ctrlKey: true }), element("")), "undo");
  assert.equal(command(pressed("Z", { metaKey: true, shiftKey: true }), element("")), "redo");
  assert.equal(command(pressed("y", { ctrlKey: true }), element("")), "redo");
  assert.equal(command(pressed("z", { ctrlKey: true }), element('input[type="number"]')), null);
  assert.equal(command(pressed("z"), element("")), null);
});

test("Escape clears wherever it is pressed", () => {
  for (const kind of ["", "textarea", 'input[type="number"]']) {
    assert.equal(command(pressed("Escape"), element(kind)), "clear");
  }
});
