// MIDI out: notes and clock to another program, such as a DAW, once the browser allows it. Messages wait here until
// shortly before their time, as none can be taken back that the browser has.

/** @typedef {{ time: number, bytes: number[] }} Message Its time is in seconds of the clock that notes follow. */

const CLOCKS = 24; // a quarter note
const CLOCK = [0xf8];
const START = [0xfa];
const CONTINUE = [0xfb];
const STOP = [0xfc];
const NOTE_ON = 0x90;
const NOTE_OFF = 0x80;
const ALL_NOTES_OFF = 123;
const DRUMS = 9; // channel
const OTHERS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]; // channels of other tracks that are no drums

/** Return the channels of the tune and of the other tracks of its file. @param {{ drums: boolean }[]} others */
export function channels(others) {
  let count = 0;
  return [0, ...others.map(({ drums }) => (drums ? DRUMS : OTHERS[count++ % OTHERS.length]))];
}

/** Return a song position message: sixteenths from the start. @param {number} quarter */
export function songPosition(quarter) {
  const sixteenths = Math.min(Math.max(Math.round(quarter * 4), 0), 0x3fff);
  return [0xf2, sixteenths & 0x7f, sixteenths >> 7];
}

export class MidiOut {
  /** Whether the clock is sent. */
  clock = true;
  /** Whether the notes of the other tracks are sent. */
  others = false;
  /** @type {MIDIAccess | null} */
  #access = null;
  /** @type {MIDIOutput | null} */
  #port = null;
  /** @type {Message[]} */
  #waiting = [];
  /** Channels and pitches of the notes that sound, as one number each. @type {Set<number>} */
  #sounding = new Set();
  /** Time up to which messages are sent, in milliseconds of `performance.now()`. */
  #sent = 0;

  /** @param {() => void} onChange Called when ports come and go. */
  constructor(onChange = () => {}) {
    this.onChange = onChange;
  }

  /** Ask the browser for its MIDI ports; throws an error that says why there are none.
   * @param {{ requestMIDIAccess?: Navigator["requestMIDIAccess"] }} browser */
  async open(browser = navigator) {
    if (!browser.requestMIDIAccess) throw new Error("This browser has no Web MIDI: Chromium, Edge and Firefox do.");
    try {
      this.#access = await browser.requestMIDIAccess();
    } catch {
      throw new Error("The browser refuses MIDI to this page: allow it in the settings of the site, then try again.");
    }
    this.#access.onstatechange = () => {
      if (this.#port && !this.ports.includes(this.#port)) this.#port = null;
      this.onChange();
    };
  }

  get ports() {
    return [...(this.#access?.outputs.values() ?? [])].filter(({ state }) => state === "connected");
  }

  /** Whether the browser has allowed it. */
  get allowed() {
    return this.#access !== null;
  }

  get port() {
    return this.#port;
  }

  /** Send to another port from now on; to none, if there is none of that name. @param {string} [id] */
  choose(id) {
    this.halt();
    this.#port = this.ports.find((port) => port.id === id) ?? null;
  }

  /** Start the clock at a quarter note of the tune. @param {number} quarter @param {number} time */
  begin(quarter, time) {
    if (!this.clock) return;
    for (const bytes of quarter ? [songPosition(quarter), CONTINUE] : [START]) this.#add(time, bytes);
  }

  /** Add the ticks of the clock between two quarter notes.
   * @param {number} from @param {number} to @param {(quarter: number) => number} timeOf */
  tick(from, to, timeOf) {
    const last = Math.ceil(to * CLOCKS - 1e-6);
    for (let tick = Math.ceil(from * CLOCKS - 1e-6); this.clock && tick < last; tick++) {
      this.#add(timeOf(tick / CLOCKS), CLOCK);
    }
  }

  /** @param {number} channel @param {{ pitch: number, velocity: number }} note @param {number} time
   * @param {number} length */
  note(channel, { pitch, velocity }, time, length) {
    this.#add(time, [NOTE_ON + channel, pitch, velocity]);
    this.#add(time + length, [NOTE_OFF + channel, pitch, 0]);
  }

  /** @param {number} time @param {number[]} bytes */
  #add(time, bytes) {
    if (this.#port) this.#waiting.push({ time, bytes });
  }

  /** End the notes that sound at a time, of one channel or of all; none that starts later waits.
   * @param {number} time @param {number | null} only */
  release(time, only = null) {
    for (const message of this.#waiting) {
      const [status] = message.bytes;
      if (only === null || status === NOTE_OFF + only) message.time = Math.min(message.time, time);
    }
  }

  /** Send what is due until a time.
   * @param {number} until
   * @param {number} origin Milliseconds of `performance.now()` at second 0. */
  flush(until, origin) {
    const due = this.#waiting.filter(({ time }) => time <= until).sort((one, other) => one.time - other.time);
    this.#waiting = this.#waiting.filter(({ time }) => time > until);
    for (const { time, bytes } of due) this.#send(bytes, origin + time * 1000);
  }

  /** @param {number[]} bytes @param {number} at */
  #send(bytes, at) {
    const [status, pitch] = bytes;
    const key = ((status & 0x0f) << 7) | pitch;
    if ((status & 0xf0) === NOTE_ON) this.#sounding.add(key);
    else if ((status & 0xf0) === NOTE_OFF) this.#sounding.delete(key);
    this.#sent = Math.max(this.#sent, at);
    this.#port?.send(bytes, at);
  }

  /** Drop what waits, end every note that was sent, and stop the clock. */
  halt() {
    const at = Math.max(this.#sent, performance.now());
    const channels = new Set([...this.#sounding].map((key) => key >> 7));
    this.#waiting = [];
    for (const key of this.#sounding) this.#port?.send([NOTE_OFF + (key >> 7), key & 0x7f, 0], at);
    for (const channel of channels) this.#port?.send([0xb0 + channel, ALL_NOTES_OFF, 0], at);
    if (this.clock) this.#port?.send(STOP, at);
    this.#sounding.clear();
    this.#sent = 0;
  }
}
