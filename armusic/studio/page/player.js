// Sound: measures are scheduled ahead, one by one, each with the newest notes there are when its turn comes.
// The tune's instrument sounds where the server has it; else a tone that is made here.

import * as api from "./api.js";

const AHEAD = 0.15; // seconds; a hidden page is woken once a second only
const AHEAD_HIDDEN = 1.6;
const WAKE = 30; // milliseconds
const APART = 3; // semitones from one sampled pitch to the next

export class Player {
  constructor(onStop) {
    Object.assign(this, { onStop, notes: [], version: 0, loop: true, selection: null, metronome: false, scheduled: [], bars: [], voices: [], samples: {} });
  }

  load(session) {
    this.stop();
    if (session.program !== this.program) Object.assign(this, { program: session.program, samples: {}, mute: false });
    Object.assign(this, { measures: session.measures, tempos: session.tempos, bpm: session.bpm, pace: 1 });
  }

  set(notes) {
    this.notes = notes;
    this.version += 1;
    for (const note of notes) this.#sample(note.pitch);
  }

  get playing() {
    return this.timer !== undefined;
  }

  // Seconds from the start of the tune, at its own tempo.
  #seconds(quarter) {
    let seconds = 0;
    this.tempos.forEach(({ start, bpm }, place) => {
      const end = this.tempos[place + 1]?.start ?? Infinity;
      const from = place ? start : 0;
      if (quarter > from) seconds += ((Math.min(quarter, end) - from) * 60) / bpm;
    });
    return this.tempos.length ? seconds : (quarter * 60) / this.bpm;
  }

  async play(from = 0) {
    if (!this.context) {
      this.context = new AudioContext();
      this.out = this.context.createDynamicsCompressor();
      this.out.connect(this.context.destination);
      const harmonics = new Float32Array([0, 1, 0.42, 0.2, 0.1, 0.05, 0.03]);
      this.wave = this.context.createPeriodicWave(new Float32Array(harmonics.length), harmonics);
    }
    await this.context.resume();
    Object.assign(this, { next: { place: from, time: this.context.currentTime + 0.1 }, heard: this.version, over: null });
    this.scheduled.length = 0;
    this.bars = [];
    clearInterval(this.timer);
    this.timer = setInterval(() => this.#wake(), WAKE);
    this.#wake();
  }

  stop() {
    if (!this.playing) return;
    clearInterval(this.timer);
    this.timer = undefined;
    for (const voice of this.voices) this.#release(voice, this.context.currentTime);
    this.voices = [];
    this.bars = [];
    this.onStop();
  }

  #wake() {
    const now = this.context.currentTime;
    this.voices = this.voices.filter((voice) => voice.end > now);
    while (this.bars.length > 1 && this.bars[1].time <= now) this.bars.shift();
    if (this.over !== null && now >= this.over) return this.stop();
    while (this.over === null && this.next.time < now + (document.hidden ? AHEAD_HIDDEN : AHEAD)) this.#measure();
  }

  #measure() {
    const [first, last] = this.loop && this.selection ? this.selection : [0, this.measures.length - 1];
    let { place, time } = this.next;
    let jumped = false;
    if (place > last || place < first) {
      if (!this.loop) {
        this.over = time + 0.4;
        return;
      }
      place = first;
      jumped = this.bars.length > 0;
    }
    const measure = this.measures[place];
    const begin = this.#seconds(measure.start);
    const at = (quarter) => time + (this.#seconds(quarter) - begin) / this.pace;
    const end = at(measure.start + measure.length);
    if (jumped || this.heard !== this.version) {
      for (const voice of this.voices) if (voice.end > time) this.#release(voice, time);
    }
    this.heard = this.version;
    for (const note of this.notes) {
      if (note.measure !== place + 1) continue;
      const starts = at(note.start);
      const lasts = at(note.start + note.duration) - starts;
      const sampled = this.#sound(note.pitch, starts, lasts, note.velocity / 127);
      this.scheduled.push({ measure: place + 1, pitch: note.pitch, start: note.start, time: starts, duration: lasts, version: this.version, sampled });
    }
    if (this.scheduled.length > 4000) this.scheduled.splice(0, 2000);
    if (this.metronome) this.#clicks(measure, at);
    this.bars.push({ place, time, end, start: measure.start, length: measure.length });
    this.next = { place: place + 1, time: end };
  }

  // A pickup has the last beats of its metre.
  #clicks(measure, at) {
    const [count, unit] = measure.metre.split("/").map(Number);
    const full = (count * 4) / unit;
    const beat = full / measure.beats;
    for (let place = 0; place < measure.beats; place++) {
      const start = measure.start + place * beat - (full - measure.length);
      if (start >= measure.start - 1e-6) this.#tone(place ? 1100 : 1650, at(start), 0.03, 0.16, "square");
    }
  }

  // The nearest sample of a pitch, and how much faster it has to be; the first time it is only asked for.
  #sample(pitch) {
    const { program, samples } = this;
    const root = Math.round(pitch / APART) * APART;
    if (samples[root] === undefined && !this.mute) {
      samples[root] = null;
      api.sound(program, Math.min(root, 127)).then(async (data) => {
        if (data) samples[root] = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(data);
        else if (program === this.program) this.mute = true;
      }).catch(() => {}); // the tone that is made here does as well
    }
    return samples[root] && { buffer: samples[root], rate: 2 ** ((pitch - Math.min(root, 127)) / 12) };
  }

  #sound(pitch, time, lasts, loud) {
    const sample = this.#sample(pitch);
    const length = Math.max(lasts - 0.015, 0.03);
    if (sample) {
      const source = this.context.createBufferSource();
      source.buffer = sample.buffer;
      source.playbackRate.value = sample.rate;
      this.voices.push(this.#voice(source, time, length, 0.2 + 0.5 * loud, 1));
    } else this.voices.push(this.#tone(440 * 2 ** ((pitch - 69) / 12), time, length, 0.1 + 0.25 * loud));
    return Boolean(sample);
  }

  #tone(frequency, time, lasts, peak, type) {
    const source = this.context.createOscillator();
    if (type) source.type = type;
    else source.setPeriodicWave(this.wave);
    source.frequency.value = frequency;
    return this.#voice(source, time, lasts, peak, 0.45);
  }

  // Sound a source; `held` is the part of its peak that it falls to.
  #voice(source, time, lasts, peak, held) {
    const gain = this.context.createGain();
    const level = gain.gain;
    level.setValueAtTime(0, time);
    level.linearRampToValueAtTime(peak, time + 0.006);
    level.setTargetAtTime(peak * held, time + 0.006, 0.25);
    level.setTargetAtTime(0, time + lasts, 0.025);
    source.connect(gain).connect(this.out);
    source.start(time);
    source.stop(time + lasts + 0.3);
    return { source, level, end: time + lasts };
  }

  #release({ source, level }, time) {
    level.cancelScheduledValues(time);
    level.setTargetAtTime(0, time, 0.012);
    source.stop(time + 0.2);
  }

  // Where the tune is now, in quarter notes; null when it is still.
  position() {
    const bar = this.playing && this.bars[0];
    if (!bar) return null;
    const part = (this.context.currentTime - bar.time) / (bar.end - bar.time);
    return bar.start + Math.min(Math.max(part, 0), 1) * bar.length;
  }
}
