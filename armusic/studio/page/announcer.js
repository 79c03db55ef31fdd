// What was done, in words for those who do not see it: one polite live region.

/** @import { Situation } from "./state.js" */

import { $ } from "./dom.js";
import { format, mean, numbers, scope } from "./edit.js";

const PAUSE = 350; // milliseconds: what follows each other faster is said together

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {string[]} */
let waiting = [];

/** Say a sentence when nothing else has happened for a moment. @param {string} text */
export function announce(text) {
  if (!text) return;
  waiting = [...waiting.filter((sentence) => sentence !== text), text];
  clearTimeout(timer);
  timer = setTimeout(() => {
    $("live").textContent = waiting.join(". ");
    waiting = [];
  }, PAUSE);
}

/** @param {Situation} situation */
const tuneOf = ({ session }) => JSON.stringify([session.digest, session.reading]);

/** Return which measures are selected, in words. @param {Pick<Situation, "session" | "selection">} situation */
export function selected({ session, selection }) {
  if (!selection) return "No measure is selected";
  const [first, last] = numbers(session, selection);
  return first === last ? `Measure ${first} is selected` : `Measures ${first} to ${last} are selected`;
}

/** Return what is reached of what was turned, in words. @param {Situation} now @param {Situation} before */
function turned({ model, session, selection, edit, shown }, before) {
  const indices = scope(session, selection);
  const sentences = [];
  for (const attribute of model.attributes) {
    const { name, label, unit } = attribute;
    const [text, previous] = [shown, before.shown].map(({ values }) =>
      format(attribute, session, mean(values[name], indices)));
    const kept = edit.shifts[name] === before.edit.shifts[name] && text === previous;
    if (!kept && (edit.shifts[name] || before.edit.shifts[name])) sentences.push(`${label} ${text} ${unit}`.trim());
  }
  const changed = shown.changed.filter(Boolean).length;
  sentences.push(`${changed || "No"} ${changed === 1 ? "measure differs" : "measures differ"} from the original`);
  return sentences.concat(shown.remarks);
}

/** Return what has happened between two moments. @param {Situation} now @param {Situation | null} before */
export function happened(now, before) {
  const { session, selection, pool, original } = now;
  if (!before || tuneOf(now) !== tuneOf(before)) {
    return [`${session.title || session.name} is open: ${session.summary}`, ...session.remarks];
  }
  const sentences = [];
  if (String(selection) !== String(before.selection)) sentences.push(selected(now));
  if (pool?.ready && before.pool && !before.pool.ready) sentences.push("The search has finished");
  if (original !== before.original) sentences.push(`The ${original ? "original" : "variation"} is shown`);
  if (now.shown !== before.shown) sentences.push(...turned(now, before));
  return sentences;
}

/** @type {Situation | null} */
let last = null;

/** Say what has happened since the last time. What is not settled yet is left for later. @param {Situation} now */
export function announceChanges(now) {
  const { edit, shown } = last && !now.settled && tuneOf(now) === tuneOf(last) ? last : now;
  for (const sentence of happened({ ...now, edit, shown }, last)) announce(sentence);
  last = { ...now, edit, shown };
}
