// What is asked of a tune. `shifts[name][m]` is how far measure m is turned from where it was; null is free.

export const nothing = () => ({ shifts: {}, locks: [], key: "auto", seed: null, measures: null });

export const isNothing = (edit) => !Object.keys(edit.shifts).length && edit.seed === null;

const round = (value) => Math.round(value * 1e6) / 1e6;

// The measures that a slider turns: those selected, else all that can be turned.
export function scope(session, selection) {
  const places = session.measures.map((_, place) => place).filter((place) => session.measures[place].editable);
  return selection ? places.filter((place) => place >= selection[0] && place <= selection[1]) : places;
}

export const mean = (values, places) => places.reduce((sum, place) => sum + values[place], 0) / Math.max(places.length, 1);

// The value that each measure is asked for, or has where it is free.
export const wanted = (session, edit, name) =>
  session.values[name].map((value, place) => value + (edit.shifts[name]?.[place] ?? 0));

function withShifts(edit, name, shifts) {
  const { [name]: _, ...others } = edit.shifts;
  const any = shifts.some((shift) => shift !== null);
  return { ...edit, shifts: any ? { ...others, [name]: shifts } : others };
}

const shiftsOf = (session, edit, name) => [...(edit.shifts[name] ?? session.measures.map(() => null))];

// Turn the measures by the same amount, such that their mean becomes `value`.
export function turnMean(session, edit, name, places, value) {
  const by = value - mean(wanted(session, edit, name), places);
  const shifts = shiftsOf(session, edit, name);
  for (const place of places) {
    const shift = round((shifts[place] ?? 0) + by);
    shifts[place] = Math.abs(shift) < 1e-5 ? null : shift;
  }
  return withShifts(edit, name, shifts);
}

// Ask single measures for values: {place: value}; null frees a measure.
export function draw(session, edit, name, points) {
  const shifts = shiftsOf(session, edit, name);
  for (const [place, value] of Object.entries(points)) {
    if (session.measures[place].editable) shifts[place] = value === null ? null : round(value - session.values[name][place]);
  }
  return withShifts(edit, name, shifts);
}

export const free = (session, edit, name, places) => draw(session, edit, name, Object.fromEntries(places.map((place) => [place, null])));

export const toggleLock = (edit, name) =>
  ({ ...edit, locks: edit.locks.includes(name) ? edit.locks.filter((one) => one !== name) : [...edit.locks, name] });

// Dice for the selection, and for what is turned elsewhere.
export function roll(edit, places, all) {
  const turned = all.filter((place) => Object.values(edit.shifts).some((shifts) => shifts[place] !== null));
  const measures = places.length === all.length ? null : [...new Set([...places, ...turned])].sort((a, b) => a - b).map((place) => place + 1);
  return { ...edit, seed: Math.floor(Math.random() * 2 ** 32), measures };
}

// The edit as the server reads it.
export const turn = (edit, sequence = 0) => ({ sequence, ...edit, measures: edit.seed === null ? null : edit.measures });
