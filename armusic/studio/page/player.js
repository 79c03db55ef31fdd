// Playback. Measures are scheduled one by one, a little ahead, each with the current notes, for the page's own sound
// and for MIDI out.

/** @import { Note, OtherTrack, Session } from "./messages" */
/** @import { Selection } from "./edit.js" */
/** @import { MidiOut } from "./midi.js" */
/** @import { Sound, Strip } from "./sound.js" */

/** @typedef {{ time: number, end: number, start: number, length: number }} Bar A scheduled measure, or its rest. */
/** @typedef {(quarter: number) => number} Clock From quarter notes to seconds of the sound's clock. */

/**
 * @typedef {Omit<Note, "velocity"> & { track: number, time: number, version: number, sampled: boolean }} ScheduledNote
 *   For tests; its track is of the file's other tracks, from 1, and 0 for the tune. Times are in seconds.
 */

import { clamp } from "./canvas.js";
import { channels } from "./midi.js";
import { DRUMS } from "./sound.js";
import { beats, measureOf, seconds } from "./time.js";

const LEAD = 0.1; // seconds from the key to the first note
const AHEAD = 0.15; // seconds
const AHEAD_HIDDEN = 1.6; // timers of a hidden page run once a second only
const INTERVAL = 30; // milliseconds
const PREVIEW = 0.3; // seconds
const END = 0.4; // seconds that the last notes ring

export class Player {
  /** @type {Note[]} */
  notes = [];
  /** Number of the current notes. */
  version = 0;
  loop = true;
  metronome = false;
  countIn = false;
  pace = 1;
  /** The quarter note from which it plays. */
  cue = 0;
  /** Why nothing was heard when it played last; empty if it was. */
  problem = "";
  /** Program that plays the tune in place of its own. @type {number | null} */
  instrument = null;
  /** @type {ScheduledNote[]} */
  scheduled = [];
  /** @type {Selection} */
  #selection = null;
  /** Whether it plays on from a place outside of the selection. */
  #strays = false;
  /** @type {Pick<Session, "measures" | "tempos" | "program" | "others">} */
  #tune = { measures: [], tempos: [], program: 0, others: [] };
  /** The notes of the tune and of each other track, by measure. @type {Note[][][]} */
  #tracks = [[]];
  /** MIDI channels of the tune and of each other track. */
  #channels = [0];
  /** @type {Bar[]} */
  #bars = [];
  /** What is scheduled next: a measure, from a quarter note in it on. */
  #next = { index: 0, time: 0, from: 0 };
  /** Version of the notes in the last scheduled measure. */
  #scheduledVersion = 0;
  /** When the tune ends; null before its last measure is scheduled. @type {number | null} */
  #end = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {Sound} sound @param {MidiOut} midi @param {() => void} onStop */
  constructor(sound, midi, onStop) {
    this.sound = sound;
    this.midi = midi;
    this.onStop = onStop;
  }

  /** @param {Session} session */
  load(session) {
    const { measures, program, others } = (this.#tune = session);
    this.stop();
    this.#channels = channels(others);
    this.#selection = null;
    this.#tracks = [[], ...others.map(({ notes }) => byMeasure(notes, measures.length))];
    this.sound.keep([program, ...others.map(programOf)]);
    Object.assign(this, { pace: 1, cue: 0, instrument: null, notes: [] });
  }

  /** @param {Note[]} notes */
  set(notes) {
    const first = !this.notes.length;
    this.notes = notes;
    this.version += 1;
    this.#tracks[0] = byMeasure(notes, this.#tune.measures.length);
    this.sound.prepare(this.program, notes);
    if (first) for (const track of this.#tune.others) this.sound.prepare(programOf(track), track.notes);
  }

  /** The program that plays the tune. */
  get program() {
    return this.instrument ?? this.#tune.program;
  }

  /** @param {number | null} instrument */
  choose(instrument) {
    this.instrument = instrument;
    this.sound.prepare(this.program, this.notes);
  }

  get playing() {
    return this.#timer !== undefined;
  }

  get selection() {
    return this.#selection;
  }

  /** What the loop repeats. Playing starts with it. */
  set selection(selection) {
    const [before, after] = [this.#selection?.[0], selection?.[0]];
    if (after !== undefined) this.cue = this.#tune.measures[after].start;
    else if (before !== undefined && this.cue === this.#tune.measures[before]?.start) this.cue = 0;
    this.#selection = selection;
    this.#strays = false;
  }

  async play() {
    clearInterval(this.#timer);
    const timer = (this.#timer = setInterval(() => this.#schedule(), INTERVAL));
    this.#end = Infinity; // nothing is scheduled before audio has started
    await this.sound.start();
    this.problem = this.sound.problem;
    if (this.#timer !== timer) return; // stopped meanwhile
    this.scheduled.length = 0;
    const index = measureOf(this.#tune.measures, this.cue);
    this.#begin(this.cue, this.sound.now + LEAD + (this.countIn ? this.#count(index, this.sound.now + LEAD) : 0));
  }

  /** Let a note of the tune's instrument be heard by itself. @param {number} pitch */
  async preview(pitch) {
    await this.sound.start();
    this.sound.prepare(this.program, [{ pitch }]);
    this.sound.note("tune", this.program, { pitch, velocity: 80 }, this.sound.now, PREVIEW);
    if (!this.playing) this.sound.rest();
  }

  /** Go to a quarter note. @param {number} quarter */
  seek(quarter) {
    this.cue = quarter;
    if (!this.playing || !this.#bars.length) return;
    this.sound.release(this.sound.now);
    this.midi.halt();
    this.#begin(quarter, this.sound.now + LEAD);
  }

  /** @param {number} from @param {number} time */
  #begin(from, time) {
    const index = measureOf(this.#tune.measures, from);
    const [first, last] = this.#selection ?? [0, Infinity];
    this.#strays = index < first || index > last;
    this.#next = { index, time, from };
    this.#scheduledVersion = this.version;
    this.#end = null;
    this.#bars = [];
    this.midi.begin(from, time);
    this.#schedule();
  }

  /** Click a measure of the metre at the start; return its seconds. @param {number} index @param {number} time */
  #count(index, time) {
    const { start, metre, beats: number } = this.#tune.measures[index];
    const [count, unit] = metre.split("/").map(Number);
    const whole = { start, metre, beats: number, length: (count * 4) / unit };
    const pace = this.#secondsBetween(start, start + 1e-3) / 1e-3; // a quarter note
    for (const beat of beats(whole)) this.sound.click(beat.first, time + (beat.start - start) * pace);
    return whole.length * pace;
  }

  /** @param {number} from @param {number} to */
  #secondsBetween(from, to) {
    return (seconds(this.#tune.tempos, to) - seconds(this.#tune.tempos, from)) / this.pace;
  }

  stop() {
    if (!this.playing) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.sound.release(this.sound.now);
    this.sound.rest();
    this.midi.halt();
    this.#bars = [];
    this.onStop();
  }

  #schedule() {
    const { now } = this.sound;
    const horizon = now + (document.hidden ? AHEAD_HIDDEN : AHEAD);
    while (this.#bars.length > 1 && this.#bars[1].time <= now) this.#bars.shift();
    if (this.#end !== null && now >= this.#end) return this.stop();
    while (this.#end === null && this.#next.time < horizon) this.#scheduleMeasure();
    this.midi.flush(horizon, this.sound.origin);
  }

  #scheduleMeasure() {
    const confined = this.loop && this.#selection && !this.#strays;
    const [first, last] = confined && this.#selection ? this.#selection : [0, this.#tune.measures.length - 1];
    const { time } = this.#next;
    let { index, from } = this.#next;
    let jumps = false;
    if (index > last || index < first) {
      if (!this.loop) {
        this.#end = time + END;
        return;
      }
      this.#strays = false;
      index = this.#selection?.[0] ?? 0;
      from = this.#tune.measures[index].start;
      jumps = this.#bars.length > 0;
    }
    const measure = this.#tune.measures[index];
    const stop = measure.start + measure.length;
    /** @type {Clock} */
    const clock = (quarter) => time + this.#secondsBetween(from, quarter);
    const end = clock(stop);
    if (jumps || this.#scheduledVersion !== this.version) {
      this.sound.release(time, jumps ? null : "tune");
      this.midi.release(time, jumps ? null : this.#channels[0]);
    }
    this.#scheduledVersion = this.version;
    this.#tracks.forEach((measures, track) => {
      for (const note of measures[index] ?? []) if (note.start > from - 1e-6) this.#scheduleNote(track, note, clock);
    });
    if (this.scheduled.length > 4000) this.scheduled.splice(0, 2000);
    if (this.metronome) {
      for (const { start, first: accent } of beats(measure)) if (start >= from) this.sound.click(accent, clock(start));
    }
    this.midi.tick(from, stop, clock);
    this.#bars.push({ time, end, start: from, length: stop - from });
    this.#next = { index: index + 1, time: end, from: stop };
  }

  /** @param {number} track @param {Note} note @param {Clock} clock */
  #scheduleNote(track, note, clock) {
    const { measure, pitch, start, duration } = note;
    const time = clock(start);
    const length = clock(start + duration) - time;
    const other = this.#tune.others[track - 1];
    /** @type {[Strip, number]} */
    const [strip, program] = other ? ["others", programOf(other)] : ["tune", this.program];
    const sampled = this.sound.note(strip, program, note, time, length);
    if (!other || this.midi.others) this.midi.note(this.#channels[track], note, time, length);
    this.scheduled.push({ track, measure, pitch, start, time, duration: length, version: this.version, sampled });
  }

  /** Return the quarter note that is playing, or that is next; null if it does not play. */
  position() {
    const [bar] = this.#bars;
    if (!this.playing) return null;
    if (!bar) return this.cue;
    return bar.start + clamp((this.sound.now - bar.time) / (bar.end - bar.time), 0, 1) * bar.length;
  }
}

/** @param {OtherTrack} track */
const programOf = ({ drums, program }) => (drums ? DRUMS : program);

/** Return notes by the measures in which they start.
 * @param {Note[]} notes
 * @param {number} count Of measures. */
function byMeasure(notes, count) {
  /** @type {Note[][]} */
  const measures = Array.from({ length: count }, () => []);
  for (const note of notes) measures[note.measure - 1]?.push(note);
  return measures;
}
