// What sounds: samples of instruments if the server has them, and synthesised tones otherwise, through one strip of
// the mixer for the tune and one for the other tracks. Without audio a clock goes on, in silence.

/** @typedef {"tune" | "others" | "clicks"} Strip */
/** @typedef {{ volume: number, muted: boolean, solo: boolean }} Fader Its volume is from 0 to 1. */
/** @typedef {{ source: AudioScheduledSourceNode, level: AudioParam, end: number, strip: Strip }} Voice */
/**
 * @typedef {object} Audio
 * @property {AudioContext} context
 * @property {Record<Strip, GainNode>} strips
 * @property {PeriodicWave} wave
 * @property {AudioBuffer} noise
 */

import * as api from "./api.js";

export const DRUMS = 128; // in place of a program
const KICK = 36; // and what is below
const SAMPLE_STEP = 3; // semitones from one sampled pitch to the next
const SAMPLE_RATE = 22050; // as the server has them
const MAX_PITCH = 127;
const HARMONICS = [0, 1, 0.42, 0.2, 0.1, 0.05, 0.03];
const PATIENCE = 1500; // milliseconds in which audio must start
const RINGS = 1000; // milliseconds after which audio rests that is not played; it takes some processor time in silence
const NO_DEVICE = "No sound: this browser has no audio device. The tune plays in silence.";
const NO_AUDIO = "No sound: audio does not start in this browser. Is a device connected, and is the page allowed to " +
  "play? The tune plays in silence.";

/** Return how loud each strip is: one that is soloed silences the other.
 * @param {Record<"tune" | "others", Fader>} faders @returns {Record<Strip, number>} */
export function levels({ tune, others }) {
  const solo = tune.solo || others.solo;
  /** @param {Fader} fader */
  const level = (fader) => (fader.muted || (solo && !fader.solo) ? 0 : fader.volume ** 2);
  return { tune: level(tune), others: level(others), clicks: 1 };
}

/** Return the pitch whose sample is played for a pitch. @param {number} program @param {number} pitch */
export const rootOf = (program, pitch) =>
  program === DRUMS ? pitch : Math.min(Math.round(pitch / SAMPLE_STEP) * SAMPLE_STEP, MAX_PITCH);

export class Sound {
  /** @type {Record<"tune" | "others", Fader>} */
  faders = { tune: { volume: 1, muted: false, solo: false }, others: { volume: 0.8, muted: false, solo: false } };
  /** Why nothing can be heard; empty if it can. */
  problem = "";
  /** Samples by program and pitch; null while one is loading.
   * @type {Record<number, Record<number, AudioBuffer | null>>} */
  samples = {};
  /** Whether the server has no instruments. */
  #synthesised = false;
  /** The samples that are loaded, one after another, so that edits need not wait for them. */
  #loading = Promise.resolve();
  /** @type {Voice[]} */
  #voices = [];
  /** @type {Audio | null} */
  #audio = null;
  /** Whether the audio's own clock runs. */
  #runs = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** Start audio; `problem` says why if nothing will be heard. */
  async start() {
    clearTimeout(this.#rest);
    try {
      this.#audio ??= build();
      const { context } = this.#audio;
      const late = new Promise((resolve) => setTimeout(resolve, this.problem ? 0 : PATIENCE));
      await Promise.race([context.resume(), late]);
      this.#runs = context.state === "running";
      this.problem = this.#runs ? "" : NO_AUDIO;
      if (this.#runs && (await lacksDevice())) this.problem = NO_DEVICE;
    } catch {
      this.#runs = false;
      this.problem = NO_AUDIO;
    }
    this.mix();
  }

  /** Let audio rest until it is started again. */
  rest() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#runs && this.#audio?.context.suspend(), RINGS);
  }

  /** Seconds of the clock by which notes are played. */
  get now() {
    return this.#runs && this.#audio ? this.#audio.context.currentTime : performance.now() / 1000;
  }

  /** Milliseconds of `performance.now()` at which second 0 of that clock is heard. */
  get origin() {
    const stamp = this.#runs ? this.#audio?.context.getOutputTimestamp() : undefined;
    if (stamp?.performanceTime) return stamp.performanceTime - (stamp.contextTime ?? 0) * 1000;
    return performance.now() - this.now * 1000;
  }

  /** Set the volumes. */
  mix() {
    if (!this.#audio) return;
    for (const [strip, level] of Object.entries(levels(this.faders))) {
      this.#audio.strips[/** @type {Strip} */ (strip)].gain.value = level;
    }
  }

  /** Forget the samples of all but these programs. @param {number[]} programs */
  keep(programs) {
    for (const program of Object.keys(this.samples)) {
      if (!programs.includes(Number(program))) delete this.samples[Number(program)];
    }
  }

  /** Load the samples of an instrument that some notes need.
   * @param {number} program @param {{ pitch: number }[]} notes */
  prepare(program, notes) {
    const samples = (this.samples[program] ??= {});
    for (const root of new Set(notes.map(({ pitch }) => rootOf(program, pitch)))) {
      if (samples[root] !== undefined || this.#synthesised) continue;
      samples[root] = null;
      this.#loading = this.#loading.then(() => this.#load(program, root)).catch(() => {}); // a tone takes its place
    }
  }

  /** @param {number} program @param {number} root */
  async #load(program, root) {
    if (this.#synthesised || !this.samples[program]) return;
    const data = await api.sound(program, root);
    if (!data) this.#synthesised = true;
    else {
      const buffer = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(data);
      if (this.samples[program]) this.samples[program][root] = buffer;
    }
  }

  /** Play a note; return whether it is a sample.
   * @param {Strip} strip @param {number} program @param {{ pitch: number, velocity: number }} note
   * @param {number} time @param {number} duration */
  note(strip, program, { pitch, velocity }, time, duration) {
    const root = rootOf(program, pitch);
    const buffer = this.samples[program]?.[root];
    const length = Math.max(duration - 0.015, 0.03);
    const loudness = velocity / 127;
    if (!this.#runs || !this.#audio) return Boolean(buffer);
    const { context, noise } = this.#audio;
    const peak = 0.1 + 0.25 * loudness;
    if (buffer) {
      const source = new AudioBufferSourceNode(context, { buffer, playbackRate: 2 ** ((pitch - root) / 12) });
      this.#voice(strip, source, time, program === DRUMS ? 2 : length, 0.2 + 0.5 * loudness, 1);
    } else if (program !== DRUMS) this.#tone(strip, 440 * 2 ** ((pitch - 69) / 12), time, length, peak);
    else if (pitch <= KICK) this.#tone(strip, 60, time, 0.08, 2 * peak, "sine");
    else this.#voice(strip, new AudioBufferSourceNode(context, { buffer: noise }), time, 0.04, 0.6 * peak, 0.2);
    return Boolean(buffer);
  }

  /** @param {boolean} accent @param {number} time */
  click(accent, time) {
    if (this.#runs) this.#tone("clicks", accent ? 1650 : 1100, time, 0.03, 0.16, "square");
  }

  /** Silence what sounds at a time, in one strip or in all. @param {number} time @param {Strip | null} only */
  release(time, only = null) {
    for (const { source, level, end, strip } of this.#voices) {
      if (end <= time || (only && strip !== only)) continue;
      level.cancelScheduledValues(time);
      level.setTargetAtTime(0, time, 0.012);
      source.stop(time + 0.2);
    }
  }

  /** @param {Strip} strip @param {number} frequency @param {number} time @param {number} length @param {number} peak
   * @param {OscillatorType} [type] */
  #tone(strip, frequency, time, length, peak, type) {
    const { context, wave } = /** @type {Audio} */ (this.#audio);
    const source = new OscillatorNode(context, type ? { type, frequency } : { periodicWave: wave, frequency });
    this.#voice(strip, source, time, length, peak, 0.45);
  }

  /** Play a source with an envelope.
   * @param {Strip} strip @param {AudioScheduledSourceNode} source @param {number} time @param {number} length
   * @param {number} peak
   * @param {number} sustain Level after the attack, relative to the peak. */
  #voice(strip, source, time, length, peak, sustain) {
    const { context, strips } = /** @type {Audio} */ (this.#audio);
    const gain = context.createGain();
    const level = gain.gain;
    level.setValueAtTime(0, time);
    level.linearRampToValueAtTime(peak, time + 0.006);
    level.setTargetAtTime(peak * sustain, time + 0.006, 0.25);
    level.setTargetAtTime(0, time + length, 0.025);
    source.connect(gain).connect(strips[strip]);
    source.start(time);
    source.stop(time + length + 0.3);
    this.#voices = this.#voices.filter((voice) => voice.end > context.currentTime);
    this.#voices.push({ source, level, end: time + length, strip });
  }
}

/** @returns {Audio} */
function build() {
  const context = new AudioContext();
  const out = context.createDynamicsCompressor();
  out.connect(context.destination);
  const strip = () => {
    const gain = context.createGain();
    gain.connect(out);
    return gain;
  };
  const noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
  noise.getChannelData(0).forEach((_, place, samples) => (samples[place] = 2 * Math.random() - 1));
  const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
  return { context, strips: { tune: strip(), others: strip(), clicks: strip() }, wave, noise };
}

/** Whether the browser has no device to play on. Only those that can choose one list them without asking. */
async function lacksDevice() {
  if (!("setSinkId" in AudioContext.prototype) || !navigator.mediaDevices) return false;
  const devices = await navigator.mediaDevices.enumerateDevices();
  return !devices.some(({ kind }) => kind === "audiooutput");
}
