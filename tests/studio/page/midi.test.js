// MIDI out: what is sent, when, and what ends it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { channels, MidiOut, songPosition } from "../../../armusic/studio/page/midi.js";

/** A port that notes what it is sent. */
function fakePort(id = "synth") {
  /** @type {[number[], number][]} */
  const sent = [];
  const send = (/** @type {number[]} */ bytes, /** @type {number} */ at) => sent.push([bytes, at]);
  return { id, name: id, state: "connected", sent, send };
}

/** @param {ReturnType<typeof fakePort>[]} ports */
async function opened(...ports) {
  const access = { outputs: new Map(ports.map((port) => [port.id, port])), onstatechange: () => {} };
  const midi = new MidiOut();
  await midi.open(/** @type {any} */ ({ requestMIDIAccess: async () => access }));
  midi.choose(ports[0].id);
  for (const port of ports) port.sent.length = 0;
  return { midi, access, port: ports[0] };
}

/** @param {ReturnType<typeof fakePort>} port */
const bytes = (port) => port.sent.map(([message]) => message);

test("a browser without MIDI, and one that refuses it, are told apart", async () => {
  await assert.rejects(new MidiOut().open({ requestMIDIAccess: undefined }), /has no Web MIDI/);
  const refuse = async () => {
    throw new DOMException("no", "SecurityError");
  };
  const midi = new MidiOut();
  await assert.rejects(midi.open({ requestMIDIAccess: refuse }), /refuses MIDI/);
  assert.equal(midi.allowed, false);
});

test("a note is sent shortly before its time, by the browser's clock", async () => {
  const { midi, port } = await opened(fakePort());
  midi.note(2, { pitch: 60, velocity: 90 }, 1, 0.5);
  midi.flush(0.9, 10_000);
  assert.deepEqual(port.sent, []);
  midi.flush(1.2, 10_000);
  midi.flush(2, 10_000);
  assert.deepEqual(port.sent, [[[0x92, 60, 90], 11_000], [[0x82, 60, 0], 11_500]]);
});

test("the clock has 24 ticks in a quarter note, and each measure begins where the last one ended", async () => {
  const { midi, port } = await opened(fakePort());
  midi.begin(0, 0);
  for (const start of [0, 1.5, 3]) midi.tick(start, start + 1.5, (quarter) => quarter / 2);
  midi.flush(10, 0);
  assert.deepEqual(bytes(port)[0], [0xfa]);
  assert.equal(port.sent.length, 1 + 24 * 4.5);
  assert.ok(bytes(port).slice(1).every(([status]) => status === 0xf8));
  const times = port.sent.slice(1).map(([, at]) => at);
  times.forEach((at, place) => assert.ok(Math.abs(at - (place * 500) / 24) < 1e-6));
});

test("from the middle the song position goes first; without the clock neither is sent", async () => {
  assert.deepEqual(songPosition(40), [0xf2, 160 & 0x7f, 1]);
  const { midi, port } = await opened(fakePort());
  midi.begin(8, 1);
  midi.clock = false;
  midi.begin(8, 1);
  midi.tick(0, 4, (quarter) => quarter);
  midi.flush(9, 0);
  assert.deepEqual(bytes(port), [[0xf2, 32, 0], [0xfb]]);
});

test("stopping ends what was sent, not before its start, and forgets what waits", async () => {
  const { midi, port } = await opened(fakePort());
  midi.note(0, { pitch: 60, velocity: 90 }, 1e6, 4);
  midi.note(0, { pitch: 64, velocity: 90 }, 2e6, 4);
  midi.flush(1e6, 0);
  midi.halt();
  midi.flush(9e6, 0);
  assert.deepEqual(bytes(port), [[0x90, 60, 90], [0x80, 60, 0], [0xb0, 123, 0], [0xfc]]);
  assert.ok(port.sent.every(([, at]) => at >= 1e9));
});

test("notes of one channel end early where its part changes", async () => {
  const { midi, port } = await opened(fakePort());
  midi.note(0, { pitch: 60, velocity: 90 }, 1, 8);
  midi.note(1, { pitch: 40, velocity: 90 }, 1, 8);
  midi.release(4, 0);
  midi.flush(20, 0);
  assert.deepEqual(port.sent.filter(([[status]]) => status < 0x90), [[[0x80, 60, 0], 4000], [[0x81, 40, 0], 9000]]);
});

test("another port takes over, and one that is unplugged is given up", async () => {
  const [first, second] = [fakePort("a"), fakePort("b")];
  const { midi, access } = await opened(first, second);
  midi.note(0, { pitch: 60, velocity: 90 }, 0, 8);
  midi.flush(0, 0);
  midi.choose("b");
  assert.deepEqual(bytes(first).at(1), [0x80, 60, 0]);
  assert.equal(midi.port?.id, "b");
  second.state = "disconnected";
  access.onstatechange();
  assert.equal(midi.port, null);
  midi.note(0, { pitch: 62, velocity: 90 }, 0, 8);
  midi.flush(9, 0);
  assert.deepEqual(second.sent, []);
  assert.deepEqual(midi.ports.map(({ id }) => id), ["a"]);
});

test("drums have their channel, and no other part has it or the tune's", () => {
  const others = Array.from({ length: 16 }, (_, place) => ({ drums: place === 2 }));
  const [tune, ...rest] = channels(others);
  assert.equal(tune, 0);
  assert.equal(rest[2], 9);
  assert.deepEqual(rest.filter((channel) => channel === 9 || channel === 0), [9]);
});
