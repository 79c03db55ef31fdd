// Which changes are one step for undo: those of one drag, and of keys that are pressed in short succession.

const REPEAT = 1000; // milliseconds between two keys of one gesture
const TURNS = /^(Arrow\w+|Page\w+|Home|End)$/; // keys that turn a control little by little

export class Gestures {
  /** Number of the present gesture. */
  number = 0;
  /** The control, if the gesture is one of keys. @type {EventTarget | null} */
  #control = null;
  #time = -Infinity;
  #holding = false;
  #acted = false;

  /** A pointer went down. */
  point() {
    this.#start(null);
  }

  /** A key went down. It goes on with the gesture if the key before it, which changed something, did so on the same
   * control less than a second ago.
   * @param {{ key: string, repeat?: boolean, target: EventTarget | null, timeStamp: number }} event */
  press({ key, repeat = false, target, timeStamp }) {
    const goesOn = target === this.#control && this.#acted && timeStamp - this.#time < REPEAT && TURNS.test(key);
    this.#time = timeStamp;
    this.#holding = repeat;
    if (!goesOn && !repeat) this.#start(TURNS.test(key) ? target : null);
    this.#acted = false;
  }

  /** A button was clicked, by whatever means; a key that is held clicks it often. */
  click() {
    if (!this.#holding) this.#start(null);
  }

  /** Return the number of the gesture that makes a change. */
  change() {
    this.#acted = true;
    return this.number;
  }

  /** @param {EventTarget | null} control */
  #start(control) {
    this.number += 1;
    this.#control = control;
    this.#holding = false;
  }
}

/** Return the gestures of a page. */
export function watchGestures() {
  const gestures = new Gestures();
  addEventListener("pointerdown", () => gestures.point(), true);
  addEventListener("keydown", (event) => gestures.press(event), true);
  addEventListener("click", () => gestures.click(), true);
  return gestures;
}
