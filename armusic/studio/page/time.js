// From quarter notes to seconds, and the beats of a measure.

/** @import { MeasureInfo, TempoChange } from "./messages" */

/** Return the seconds from the start of a tune to a quarter note, at the tune's own tempo.
 * @param {TempoChange[]} tempos @param {number} quarter */
export function seconds(tempos, quarter) {
  let total = 0;
  tempos.forEach(({ start, bpm }, index) => {
    const end = tempos[index + 1]?.start ?? Infinity;
    const from = index ? start : 0;
    if (quarter > from) total += ((Math.min(quarter, end) - from) * 60) / bpm;
  });
  return total;
}

/** Return the beats of a measure in quarter notes, and whether each is the first of its metre. A pickup has the last
 * beats of its metre.
 * @param {Pick<MeasureInfo, "start" | "length" | "metre" | "beats">} measure */
export function beats(measure) {
  const [count, unit] = measure.metre.split("/").map(Number);
  const full = (count * 4) / unit;
  const beat = full / measure.beats;
  return Array.from({ length: measure.beats }, (_, index) => ({
    start: measure.start + index * beat - (full - measure.length),
    first: index === 0,
  })).filter(({ start }) => start >= measure.start - 1e-6);
}

/** Return the index of the measure that a quarter note lies in; the nearest one outside of the tune.
 * @param {Pick<MeasureInfo, "start">[]} measures @param {number} quarter */
export const measureOf = (measures, quarter) =>
  Math.max(measures.filter(({ start }) => start <= quarter + 1e-6).length - 1, 0);

/** Return the beat that is nearest to a quarter note, in the measure that this lies in.
 * @param {Pick<MeasureInfo, "start" | "length" | "metre" | "beats">[]} measures @param {number} quarter */
export function nearestBeat(measures, quarter) {
  const measure = measures[measureOf(measures, quarter)];
  const places = [measure.start, ...beats(measure).map(({ start }) => start)];
  return places.reduce((best, place) => (Math.abs(place - quarter) < Math.abs(best - quarter) ? place : best));
}
