// Edits of a tune, as plain data that is never changed. Measures are given by their indices, from 0.

/** @import { AttributeInfo, Edit as EditRequest, Session } from "./messages" */

/** @typedef {"locks" | "natural" | "each_measure" | "by_hand" | "key" | "seed" | "measures"} Plain */
/**
 * @typedef {Required<Pick<EditRequest, Plain>> & { shifts: Record<string, (number | null)[]>, keep?: string }} Edit
 *   As the server takes it; its shifts are by measure, and `measures` are those that the dice may change.
 */

/** @typedef {[first: number, last: number] | null} Selection Selected measures; null for none. */

/** @typedef {Pick<Session, "measures" | "values">} Tune What edits need of a session. */

const NATURAL = 0.5; // as armusic.config has it
const KEEP = "cadences,downbeats,subdivisions"; // as well

/** @returns {Edit} */
export const emptyEdit = () => ({
  shifts: {}, locks: [], natural: NATURAL, each_measure: false, by_hand: {}, key: "auto", keep: KEEP, seed: null,
  measures: null,
});

/** Return whether an edit leaves the tune as it is. @param {Edit} edit */
export const isEmpty = ({ shifts, seed, by_hand: hand }) =>
  !Object.keys(shifts).length && seed === null && !Object.keys(hand).length;

/** @param {Edit} edit */
export const keeps = ({ keep }) => keep ?? KEEP;

/** Return whether everything is as at the start, what has no effect yet among it. @param {Edit} edit */
export const isNew = (edit) => {
  const { locks, natural, each_measure: each, key } = edit;
  return isEmpty(edit) && !locks.length && natural === NATURAL && !each && key === "auto" && keeps(edit) === KEEP;
};

/** @param {number} value */
const round = (value) => Math.round(value * 1e6) / 1e6;

/** Return the numbers in the file of the first and the last selected measure.
 * @param {Pick<Session, "measures">} session @param {[first: number, last: number]} selection */
export const numbers = ({ measures }, [first, last]) =>
  [measures[first].number.split("-")[0], measures[last].number.split("-").at(-1)];

/** Return in words which measures of the file pass through before a measure of the tune, and are not on the page.
 * @param {Pick<Session, "measures">} session @param {number} index */
export function passing({ measures }, index) {
  const first = index ? Number(measures[index - 1].number.split("-").at(-1)) + 1 : 1;
  const last = Number(measures[index].number.split("-")[0]) - 1;
  if (first > last) return "";
  return first === last ? `measure ${first} stays as it is` : `measures ${first} to ${last} stay as they are`;
}

/** Return the measures that a slider changes: the editable ones of the selection, or of the tune.
 * @param {Pick<Session, "measures">} session @param {Selection} selection */
export function scope(session, selection) {
  const [first, last] = selection ?? [0, session.measures.length - 1];
  return [...session.measures.keys()].filter((m) => session.measures[m].editable && m >= first && m <= last);
}

/** Return the shift that all editable measures have; null where they differ.
 * @param {Pick<Session, "measures">} session @param {(number | null)[]} shifts */
function common(session, shifts) {
  const [first, ...rest] = scope(session, null).map((index) => shifts[index]);
  return rest.every((shift) => shift === first) ? first ?? null : null;
}

/** Return whether measures have targets of their own: where a curve was drawn, or measures were selected.
 * @param {Pick<Session, "measures">} session @param {Edit} edit */
export const hasCurve = (session, edit) =>
  Object.values(edit.shifts).some((shifts) => common(session, shifts) === null) ||
  (edit.seed !== null && edit.measures !== null);

/** Return the mean of the values at some indices; 0 of none. @param {number[]} values @param {number[]} indices */
export const mean = (values, indices) =>
  indices.reduce((sum, index) => sum + values[index], 0) / Math.max(indices.length, 1);

/** Return the target of each measure; its own value where it is free.
 * @param {Tune} session @param {Edit} edit @param {string} name */
export const targets = (session, edit, name) =>
  session.values[name].map((value, index) => value + (edit.shifts[name]?.[index] ?? 0));

/** @param {Edit} edit @param {string} name @param {(number | null)[]} values @returns {Edit} */
function withShifts(edit, name, values) {
  const { [name]: _, ...rest } = edit.shifts;
  const free = values.every((shift) => shift === null);
  return { ...edit, shifts: free ? rest : { ...rest, [name]: values } };
}

/** @param {Tune} session @param {Edit} edit @param {string} name @returns {(number | null)[]} */
const shiftsOf = (session, edit, name) => [...(edit.shifts[name] ?? session.measures.map(() => null))];

/** Shift measures by the same amount, so that their mean becomes `value`.
 * @param {Tune} session @param {Edit} edit @param {string} name @param {number[]} indices @param {number} value */
export function shiftMean(session, edit, name, indices, value) {
  const difference = value - mean(targets(session, edit, name), indices);
  const shifts = shiftsOf(session, edit, name);
  for (const index of indices) {
    const shift = round((shifts[index] ?? 0) + difference);
    shifts[index] = Math.abs(shift) < 1e-5 ? null : shift;
  }
  return withShifts(edit, name, shifts);
}

/** Set the targets of single measures; null frees a measure.
 * @param {Tune} session @param {Edit} edit @param {string} name @param {Record<number, number | null>} points */
export function setTargets(session, edit, name, points) {
  const shifts = shiftsOf(session, edit, name);
  for (const [key, value] of Object.entries(points)) {
    const index = Number(key);
    if (!session.measures[index].editable) continue;
    shifts[index] = value === null ? null : round(value - session.values[name][index]);
  }
  return withShifts(edit, name, shifts);
}

/** Remove the targets of measures.
 * @param {Tune} session @param {Edit} edit @param {string} name @param {number[]} indices */
export const clearTargets = (session, edit, name, indices) =>
  setTargets(session, edit, name, Object.fromEntries(indices.map((index) => [index, null])));

/** @param {Edit} edit @param {string} name @returns {Edit} */
export const toggleLock = (edit, name) =>
  ({ ...edit, locks: edit.locks.includes(name) ? edit.locks.filter((lock) => lock !== name) : [...edit.locks, name] });

/** Let measures that were written by hand change again. @param {Edit} edit @param {number[]} indices @returns {Edit} */
export function unlock(edit, indices) {
  const rest = Object.entries(edit.by_hand).filter(([number]) => !indices.includes(Number(number) - 1));
  return { ...edit, by_hand: Object.fromEntries(rest) };
}

/** Roll the dice for some measures, and for those with a target elsewhere.
 * @param {Edit} edit @param {number[]} indices
 * @param {number[]} all Every editable measure.
 * @returns {Edit} */
export function rollDice(edit, indices, all) {
  const shifted = all.filter((index) => Object.values(edit.shifts).some((shifts) => shifts[index] !== null));
  const rolled = [...new Set([...indices, ...shifted])].sort((a, b) => a - b);
  const measures = indices.length === all.length ? null : rolled.map((index) => index + 1);
  return { ...edit, seed: Math.floor(Math.random() * 2 ** 32), measures };
}

/** Return the edit whose answer has a seed, and changes no other measures.
 * @param {Pick<Session, "measures">} session @param {Edit} edit @param {number} seed @returns {Edit} */
export function withSeed(session, edit, seed) {
  if (edit.seed !== null) return { ...edit, seed };
  const all = scope(session, null);
  const shifted = all.filter((index) => Object.values(edit.shifts).some((shifts) => shifts[index] !== null));
  return { ...edit, seed, measures: shifted.length === all.length ? null : shifted.map((index) => index + 1) };
}

/** Return an edit as the server takes it: a shift of the whole tune is a number.
 * @param {Pick<Session, "measures">} session @param {Edit} edit @param {number} sequence @returns {EditRequest} */
export function toRequest(session, edit, sequence = 0) {
  const shifts = Object.entries(edit.shifts).map(([name, values]) => [name, common(session, values) ?? values]);
  return { sequence, ...edit, shifts: Object.fromEntries(shifts), measures: edit.seed === null ? null : edit.measures };
}

/** Return a value as text, with as many decimals as its slider resolves.
 * @param {AttributeInfo} attribute @param {Pick<Session, "scales">} session @param {number} value */
export function format(attribute, session, value) {
  const { low, high } = session.scales[attribute.name];
  const span = Math.abs((high - low) * attribute.factor);
  const digits = span >= 40 ? 0 : span >= 4 ? 1 : 2;
  return (value * attribute.factor).toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1");
}
