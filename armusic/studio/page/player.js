// Playback. Measures are scheduled one by one, a little ahead, each with the current notes.
// Notes are samples of the tune's instrument if the server has it, and synthesised tones otherwise.

/** @import { MeasureInfo, Note, Session, TempoChange } from "./messages" */
/** @import { Selection } from "./edit.js" */

/** @typedef {{ source: AudioScheduledSourceNode, level: AudioParam, end: number }} Voice A note that sounds. */
/** @typedef {{ time: number, end: number, start: number, length: number }} Bar A scheduled measure. */
/** @typedef {(quarter: number) => number} Clock From quarter notes to seconds of the audio context. */

/**
 * @typedef {object} ScheduledNote For tests.
 * @property {number} measure
 * @property {number} pitch
 * @property {number} start
 * @property {number} time
 * @property {number} duration
 * @property {number} version
 * @property {boolean} sampled
 */

import * as api from "./api.js";
import { clamp } from "./canvas.js";
import { beats, seconds } from "./time.js";

const AHEAD = 0.15; // seconds
const AHEAD_HIDDEN = 1.6; // timers of a hidden page run once a second only
const INTERVAL = 30; // milliseconds
const SAMPLE_STEP = 3; // semitones from one sampled pitch to the next
const HARMONICS = [0, 1, 0.42, 0.2, 0.1, 0.05, 0.03];
const MAX_PITCH = 127;

export class Player {
  /** @type {Note[]} */
  notes = [];
  /** Number of the current notes. */
  version = 0;
  loop = true;
  metronome = false;
  pace = 1;
  /** @type {Selection} */
  selection = null;
  /** @type {ScheduledNote[]} */
  scheduled = [];
  /** Samples by pitch; null while one is loading. @type {Record<number, AudioBuffer | null>} */
  samples = {};
  /** @type {MeasureInfo[]} */
  #measures = [];
  /** @type {TempoChange[]} */
  #tempos = [];
  /** @type {number | undefined} */
  #program;
  /** Whether the server has no instruments. */
  #synthesised = false;
  /** @type {Voice[]} */
  #voices = [];
  /** @type {Bar[]} */
  #bars = [];
  #next = { index: 0, time: 0 };
  /** Version of the notes in the last scheduled measure. */
  #scheduledVersion = 0;
  /** When the tune ends; null before its last measure is scheduled. @type {number | null} */
  #end = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {{ context: AudioContext, out: AudioNode, wave: PeriodicWave } | null} */
  #audio = null;

  /** @param {() => void} onStop */
  constructor(onStop) {
    this.onStop = onStop;
  }

  /** @param {Session} session */
  load(session) {
    this.stop();
    if (session.program !== this.#program) {
      this.#program = session.program;
      this.#synthesised = false;
      this.samples = {};
    }
    this.#measures = session.measures;
    this.#tempos = session.tempos;
    this.pace = 1;
  }

  /** @param {Note[]} notes */
  set(notes) {
    this.notes = notes;
    this.version += 1;
    for (const note of notes) this.#sample(note.pitch);
  }

  get playing() {
    return this.#timer !== undefined;
  }

  #sound() {
    if (!this.#audio) {
      const context = new AudioContext();
      const out = context.createDynamicsCompressor();
      out.connect(context.destination);
      const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
      this.#audio = { context, out, wave };
    }
    return this.#audio;
  }

  async play(from = 0) {
    const { context } = this.#sound();
    await context.resume();
    this.#next = { index: from, time: context.currentTime + 0.1 };
    this.#scheduledVersion = this.version;
    this.#end = null;
    this.scheduled.length = 0;
    this.#bars = [];
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#schedule(), INTERVAL);
    this.#schedule();
  }

  stop() {
    if (!this.playing) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const voice of this.#voices) this.#release(voice, this.#sound().context.currentTime);
    this.#voices = [];
    this.#bars = [];
    this.onStop();
  }

  #schedule() {
    const now = this.#sound().context.currentTime;
    const horizon = now + (document.hidden ? AHEAD_HIDDEN : AHEAD);
    this.#voices = this.#voices.filter((voice) => voice.end > now);
    while (this.#bars.length > 1 && this.#bars[1].time <= now) this.#bars.shift();
    if (this.#end !== null && now >= this.#end) return this.stop();
    while (this.#end === null && this.#next.time < horizon) this.#scheduleMeasure();
  }

  #scheduleMeasure() {
    const [first, last] = this.loop && this.selection ? this.selection : [0, this.#measures.length - 1];
    const { time } = this.#next;
    let { index } = this.#next;
    let jumps = false;
    if (index > last || index < first) {
      if (!this.loop) {
        this.#end = time + 0.4;
        return;
      }
      index = first;
      jumps = this.#bars.length > 0;
    }
    const measure = this.#measures[index];
    const begin = seconds(this.#tempos, measure.start);
    /** @type {Clock} */
    const clock = (quarter) => time + (seconds(this.#tempos, quarter) - begin) / this.pace;
    const end = clock(measure.start + measure.length);
    if (jumps || this.#scheduledVersion !== this.version) {
      for (const voice of this.#voices) if (voice.end > time) this.#release(voice, time);
    }
    this.#scheduledVersion = this.version;
    for (const note of this.notes) if (note.measure === index + 1) this.#scheduleNote(note, clock);
    if (this.scheduled.length > 4000) this.scheduled.splice(0, 2000);
    if (this.metronome) {
      for (const { start, first: accent } of beats(measure)) {
        this.#tone(accent ? 1650 : 1100, clock(start), 0.03, 0.16, "square");
      }
    }
    this.#bars.push({ time, end, start: measure.start, length: measure.length });
    this.#next = { index: index + 1, time: end };
  }

  /**
   * @param {Note} note
   * @param {Clock} clock
   */
  #scheduleNote({ measure, pitch, start, duration, velocity }, clock) {
    const time = clock(start);
    const length = clock(start + duration) - time;
    const sampled = this.#playNote(pitch, time, length, velocity / 127);
    this.scheduled.push({ measure, pitch, start, time, duration: length, version: this.version, sampled });
  }

  /**
   * Return the nearest sample of a pitch and its playback rate; the first call for it only loads the sample.
   * @param {number} pitch
   */
  #sample(pitch) {
    const { samples } = this;
    const program = this.#program;
    const root = Math.round(pitch / SAMPLE_STEP) * SAMPLE_STEP;
    if (samples[root] === undefined && !this.#synthesised && program !== undefined) {
      samples[root] = null;
      api.sound(program, Math.min(root, MAX_PITCH)).then(async (data) => {
        if (data) samples[root] = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(data);
        else if (program === this.#program) this.#synthesised = true;
      }).catch(() => {}); // the tone takes its place
    }
    const buffer = samples[root];
    return buffer && { buffer, rate: 2 ** ((pitch - Math.min(root, MAX_PITCH)) / 12) };
  }

  /**
   * Play a note; return whether it is a sample.
   * @param {number} pitch
   * @param {number} time
   * @param {number} duration
   * @param {number} loudness
   */
  #playNote(pitch, time, duration, loudness) {
    const sample = this.#sample(pitch);
    const length = Math.max(duration - 0.015, 0.03);
    if (sample) {
      const source = this.#sound().context.createBufferSource();
      source.buffer = sample.buffer;
      source.playbackRate.value = sample.rate;
      this.#voices.push(this.#voice(source, time, length, 0.2 + 0.5 * loudness, 1));
    } else {
      this.#voices.push(this.#tone(440 * 2 ** ((pitch - 69) / 12), time, length, 0.1 + 0.25 * loudness));
    }
    return Boolean(sample);
  }

  /**
   * @param {number} frequency
   * @param {number} time
   * @param {number} length
   * @param {number} peak
   * @param {OscillatorType} [type]
   */
  #tone(frequency, time, length, peak, type) {
    const { context, wave } = this.#sound();
    const source = context.createOscillator();
    if (type) source.type = type;
    else source.setPeriodicWave(wave);
    source.frequency.value = frequency;
    return this.#voice(source, time, length, peak, 0.45);
  }

  /**
   * Play a source with an envelope.
   * @param {AudioScheduledSourceNode} source
   * @param {number} time
   * @param {number} length
   * @param {number} peak
   * @param {number} sustain Level after the attack, relative to the peak.
   * @returns {Voice}
   */
  #voice(source, time, length, peak, sustain) {
    const { context, out } = this.#sound();
    const gain = context.createGain();
    const level = gain.gain;
    level.setValueAtTime(0, time);
    level.linearRampToValueAtTime(peak, time + 0.006);
    level.setTargetAtTime(peak * sustain, time + 0.006, 0.25);
    level.setTargetAtTime(0, time + length, 0.025);
    source.connect(gain).connect(out);
    source.start(time);
    source.stop(time + length + 0.3);
    return { source, level, end: time + length };
  }

  /**
   * @param {Voice} voice
   * @param {number} time
   */
  #release({ source, level }, time) {
    level.cancelScheduledValues(time);
    level.setTargetAtTime(0, time, 0.012);
    source.stop(time + 0.2);
  }

  /** Return the quarter note that is playing; null if none is. */
  position() {
    const [bar] = this.#bars;
    if (!this.playing || !bar) return null;
    const part = (this.#sound().context.currentTime - bar.time) / (bar.end - bar.time);
    return bar.start + clamp(part, 0, 1) * bar.length;
  }
}
