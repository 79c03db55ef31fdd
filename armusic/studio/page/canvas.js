// Canvases: sharp at every pixel density, in the colours of the style sheet, and where measures are in them.

export function begin(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, 1));
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  canvas.style.width = `${width}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`);
}

// Quarter notes to pixels and back, for a strip of a given width.
export class Ruler {
  constructor(measures, width) {
    const last = measures[measures.length - 1];
    Object.assign(this, { measures, width, scale: width / (last.start + last.length) });
  }

  x(quarter) {
    return quarter * this.scale;
  }

  left(place) {
    return this.x(this.measures[place].start);
  }

  right(place) {
    return this.x(this.measures[place].start + this.measures[place].length);
  }

  place(x) {
    const found = this.measures.findIndex((_, place) => x < this.right(place));
    return x < 0 ? 0 : found < 0 ? this.measures.length - 1 : found;
  }
}

// Call `act(event, x, y, first)` while a pointer is dragged over an element, and `done` when it is let go.
export function drag(element, act, done = () => {}) {
  let held = null;
  const tell = (event, first) => {
    const box = element.getBoundingClientRect();
    act(event, event.clientX - box.left, event.clientY - box.top, first);
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = event.pointerId;
    element.setPointerCapture(held);
    tell(event, true);
  });
  element.addEventListener("pointermove", (event) => held === event.pointerId && tell(event, false));
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, (event) => {
      if (held !== event.pointerId) return;
      held = null;
      done(event);
    });
  }
}
