// The player with a clock, a sound and a MIDI port that only note what they are given.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { MidiOut } from "../../../armusic/studio/page/midi.js";
import { Player } from "../../../armusic/studio/page/player.js";
import { levels, rootOf } from "../../../armusic/studio/page/sound.js";

const MEASURES = [0, 1, 2, 3].map((place) => ({ start: place * 4, length: 4, metre: "4/4", beats: 4 }));
const NOTES = Array.from({ length: 16 }, (_, beat) =>
  ({ start: beat, duration: 1, pitch: 60 + (beat % 4), velocity: 80, measure: Math.floor(beat / 4) + 1 }));
const BASS = [{ start: 0, duration: 16, pitch: 36, velocity: 80, measure: 1 }];
const OTHERS = [{ name: "Bass", program: 33, drums: false, notes: BASS },
  { name: "Drums", program: 0, drums: true, notes: [{ ...BASS[0], start: 5, duration: 0.25, measure: 2 }] }];

class FakeSound {
  now = 0;
  origin = 0;
  problem = "";
  /** @type {{ strip: string, program: number, pitch: number, time: number, length: number }[]} */
  notes = [];
  /** @type {[boolean, number][]} */
  clicks = [];
  /** @type {[number, string | null | undefined][]} */
  releases = [];
  start = async () => {};
  keep() {}
  rest() {}
  prepare() {}
  /** @type {(accent: boolean, time: number) => unknown} */
  click = (accent, time) => this.clicks.push([accent, time]);
  /** @type {(time: number, strip?: string | null) => unknown} */
  release = (time, strip) => this.releases.push([time, strip]);

  /**
   * @param {string} strip
   * @param {number} program
   * @param {{ pitch: number }} note
   * @param {number} time
   * @param {number} length
   */
  note(strip, program, { pitch }, time, length) {
    this.notes.push({ strip, program, pitch, time: +time.toFixed(6), length: +length.toFixed(6) });
    return false;
  }
}

/** A player of four measures at 120 quarter notes a minute: two seconds each. */
function playerOf(others = OTHERS) {
  const sound = new FakeSound();
  let stops = 0;
  const player = new Player(/** @type {any} */ (sound), new MidiOut(), () => stops++);
  const session = { measures: MEASURES, tempos: [{ start: 0, bpm: 120 }], program: 73, others };
  player.load(/** @type {any} */ (session));
  player.set(NOTES);
  /** @param {number} seconds */
  const run = (seconds) => {
    for (const end = sound.now + seconds; sound.now < end; sound.now += 0.03) mock.timers.tick(30);
  };
  return { player, sound, run, stops: () => stops };
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  Object.assign(globalThis, { document: { hidden: false } });
});
afterEach(() => mock.timers.reset());

test("the tune and the other tracks play together, each with its program", async () => {
  const { player, sound, run } = playerOf();
  await player.play();
  run(3);
  assert.deepEqual(sound.notes.slice(0, 5).map(({ strip, program, pitch, time }) => [strip, program, pitch, time]), [
    ["tune", 73, 60, 0.1], ["tune", 73, 61, 0.6], ["tune", 73, 62, 1.1], ["tune", 73, 63, 1.6], ["others", 33, 36, 0.1],
  ]);
  const drum = sound.notes.find(({ program }) => program === 128);
  assert.equal(drum?.time, 2.6);
});

test("another tempo changes all tracks alike", async () => {
  const { player, sound, run } = playerOf();
  player.pace = 2;
  await player.play();
  run(2);
  assert.equal(sound.notes.find(({ program }) => program === 33)?.length, 4);
  assert.equal(sound.notes.find(({ program }) => program === 128)?.time, 0.1 + 1.25);
});

test("it starts at the cue, in the middle of a measure", async () => {
  const { player, sound, run } = playerOf([]);
  player.seek(6);
  await player.play();
  assert.deepEqual(sound.notes.map(({ pitch, time }) => [pitch, time]), [[62, 0.1], [63, 0.6]]);
  assert.equal(player.position(), 6);
  run(2.1);
  assert.deepEqual(sound.notes.slice(2).map(({ time }) => time), [1.1, 1.6, 2.1, 2.6]);
});

test("seeking while it plays goes there at once", async () => {
  const { player, sound, run } = playerOf([]);
  await player.play();
  run(0.5);
  sound.notes.length = 0;
  const { now } = sound;
  player.seek(12);
  assert.equal(sound.releases.at(-1)?.[0], now);
  assert.deepEqual(sound.notes.map(({ pitch }) => pitch), [60, 61, 62, 63]);
  assert.ok(sound.notes[0].time - now < 0.11);
  run(0.3);
  assert.ok((player.position() ?? 0) > 12);
});

test("the loop repeats the selection, and a place outside of it plays on to the end first", async () => {
  const { player, run } = playerOf([]);
  player.selection = [1, 1];
  assert.equal(player.cue, 4);
  await player.play();
  run(5);
  assert.deepEqual([...new Set(player.scheduled.map(({ measure }) => measure))], [2]);
  player.stop();
  player.seek(12);
  await player.play();
  run(5);
  assert.deepEqual([...new Set(player.scheduled.map(({ measure }) => measure))], [4, 2]);
  player.selection = null;
  assert.equal(player.cue, 12);
});

test("clearing the selection at its start goes back to the start of the tune", () => {
  const { player } = playerOf();
  player.selection = [2, 3];
  player.selection = null;
  assert.equal(player.cue, 0);
});

test("a count-in is one whole measure of clicks, once", async () => {
  const { player, sound, run } = playerOf([]);
  player.countIn = true;
  await player.play();
  run(11);
  assert.deepEqual(sound.clicks.map(([accent, time]) => [accent, +time.toFixed(6)]), [
    [true, 0.1], [false, 0.6], [false, 1.1], [false, 1.6],
  ]);
  assert.equal(sound.notes[0].time, 2.1);
  assert.ok(sound.notes.length > 16);
});

test("new notes come at the bar line; only what they replace is cut off", async () => {
  const { player, sound, run } = playerOf();
  await player.play();
  run(1);
  player.set(NOTES.map((note) => ({ ...note, pitch: note.pitch + 12 })));
  run(1.2);
  assert.deepEqual(sound.releases.map(([time, strip]) => [+time.toFixed(6), strip]), [[2.1, "tune"]]);
  const tune = sound.notes.filter(({ strip }) => strip === "tune").map(({ pitch }) => pitch);
  assert.deepEqual(tune.slice(0, 8), [60, 61, 62, 63, 72, 73, 74, 75]);
});

test("without the loop it stops at the end; a second press while audio starts stops it too", async () => {
  const { player, run, stops } = playerOf([]);
  player.loop = false;
  await player.play();
  run(9);
  assert.equal(player.playing, false);
  assert.equal(stops(), 1);
  const started = player.play();
  player.stop();
  await started;
  assert.equal(player.playing, false);
});

test("an instrument takes the place of the tune's own, until another tune is opened", async () => {
  const { player, sound } = playerOf([]);
  player.choose(40);
  await player.play();
  assert.equal(sound.notes[0].program, 40);
  player.choose(null);
  assert.equal(player.program, 73);
});

test("mute and solo", () => {
  const fader = { volume: 0.5, muted: false, solo: false };
  assert.deepEqual(levels({ tune: fader, others: fader }), { tune: 0.25, others: 0.25, clicks: 1 });
  assert.equal(levels({ tune: { ...fader, muted: true }, others: fader }).tune, 0);
  const solo = levels({ tune: { ...fader, solo: true }, others: fader });
  assert.deepEqual([solo.tune, solo.others], [0.25, 0]);
  assert.equal(levels({ tune: { ...fader, solo: true, muted: true }, others: fader }).tune, 0);
});

test("a sample serves its neighbours, but each drum has its own", () => {
  assert.deepEqual([59, 60, 61, 62].map((pitch) => rootOf(0, pitch)), [60, 60, 60, 63]);
  assert.equal(rootOf(0, 127), 126);
  assert.equal(rootOf(128, 38), 38);
});
