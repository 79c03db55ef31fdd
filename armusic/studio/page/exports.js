// Exports: files by download and by drag, the variations that were kept, and the command.

/** @import { ExportRequest } from "./messages" */
/** @import { KeptVariation } from "./store.js" */

import * as api from "./api.js";
import { change, draw as drawAll, get, save, state, withSession } from "./app.js";
import { $, button, input, make, select } from "./dom.js";
import { emptyEdit, isEmpty, toRequest } from "./edit.js";
import { same } from "./history.js";
import { fail, say } from "./labels.js";

/** @typedef {{ key: string, name: string, type: string, blob: Blob, url: string }} ExportedFile */

/** @type {Record<string, string>} */
const LAYOUTS = { tracks: "a track each", sequence: "one after another", clips: "a file each (ZIP)" };
const SCENES = "a scene each";
const MAX_KEPT = 15;
const MAX_NAME = 80; // characters

/** The latest file. @type {ExportedFile | null} */
let file = null;
/** The key of the file that was last prepared for a drag, or is. */
let prepared = "";
/** The format whose layouts are listed. */
let layoutsOf = "";
/** The variations that are listed. @type {KeptVariation[] | null} */
let listed = null;

/** Return whether the file of what is shown is ready, for tests. */
export const ready = () => file !== null && file.key === keyOf(request());

for (const id of ["format", "layout", "with-original"]) $(id).addEventListener("change", draw);
button("download").onclick = download;
for (const event of ["pointerenter", "pointerdown", "touchstart"]) {
  $("drag").addEventListener(event, prepare, { passive: true });
}
$("drag").ondragstart = drag;
$("drag").ondragend = () => document.body.removeAttribute("data-dragging");
button("keep").onclick = () => {
  const { kept, edit, audition, shown } = state;
  const numbers = kept.map(({ name }) => Number(/^Variation (\d+)$/.exec(name)?.[1] ?? 0));
  keep([...kept, { name: `Variation ${1 + Math.max(0, ...numbers)}`, edit: audition ?? edit, loop: shown.loop }]);
};
button("copy").onclick = copy;

/** @param {KeptVariation[]} kept */
function keep(kept) {
  state.kept = kept;
  save();
  drawAll();
}

/** List the formats of the server. */
export const fill = () =>
  select("format").replaceChildren(...state.model.formats.map(({ key, label }) => new Option(label, key)));

const format = () =>
  state.model.formats.find(({ key }) => key === select("format").value) ?? state.model.formats[0];

/** Return the request for an export: the variations that were kept, and what is shown unless it is among them.
 * @returns {ExportRequest} */
function request() {
  const { kept, shown, session, pace, original: a, audition, edit: own } = get();
  const edit = a ? emptyEdit() : audition ?? own;
  /** @type {ExportRequest["variations"]} */
  const variations = kept.map((each) =>
    ({ name: each.name, edit: { ...toRequest(session, each.edit), ...(each.loop && { loop: each.loop }) } }));
  if (!kept.some((variation) => same(variation.edit, edit))) {
    const name = isEmpty(edit) ? "Original" : "Variation";
    variations.push({ name, edit: { ...toRequest(session, edit), loop: a ? "auto" : shown.loop ?? "auto" } });
  }
  const original = input("with-original").checked && !variations.some(({ name }) => name === "Original");
  const { key, layouts } = format();
  const several = variations.length + Number(original) > 1;
  const layout = (several && layouts.find((each) => each === select("layout").value)) || null;
  return { format: key, layout, variations, original, bpm: pace === 1 ? null : pace * session.bpm };
}

/** Return what identifies a file: the request, and the tune, which may be another one with the same edits.
 * @param {ExportRequest} body */
const keyOf = (body) => JSON.stringify([state.session.id, state.session.reading, body]);

async function write() {
  const body = request();
  const key = keyOf(body);
  if (file?.key === key) return file;
  const written = await withSession((session) => api.exportFile(session, body));
  const late = ready(); // the file of what is shown by now came before this one
  if (file && !late) URL.revokeObjectURL(file.url);
  const own = { key, ...written, url: URL.createObjectURL(written.blob) };
  if (!late) file = own;
  return own;
}

async function download() {
  button("download").disabled = true;
  try {
    const { name, url } = await write();
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    say(`${name} was downloaded.`);
  } catch (error) {
    fail(/** @type {Error} */ (error));
  } finally {
    button("download").disabled = false;
  }
}

function prepare() {
  prepared = keyOf(request());
  write().catch(fail);
}

/** @param {DragEvent} event */
function drag(event) {
  if (!file || !event.dataTransfer || file.key !== keyOf(request())) {
    event.preventDefault();
    prepare();
    return say("The file is being written: drag it again in a moment.");
  }
  const { name, type, url, blob } = file;
  document.body.dataset.dragging = "out";
  event.dataTransfer.effectAllowed = "copy";
  event.dataTransfer.items.add(new File([blob], name, { type }));
  event.dataTransfer.setData("DownloadURL", `${type || "application/octet-stream"}:${name}:${url}`);
}

async function copy() {
  const command = $("command");
  try {
    await navigator.clipboard.writeText(command.textContent ?? "");
    say("The command was copied to the clipboard.");
  } catch {
    getSelection()?.selectAllChildren(command);
    say("The command is selected: copy it with the keyboard.");
  }
}

export function draw() {
  const { session, kept, shown, edit, original, pace, audition } = get();
  if (!session) return;
  const waits = $("drag").matches(":hover") && !document.body.dataset.dragging;
  if (waits && prepared !== keyOf(request())) prepare(); // once: what fails is not asked for again and again
  const { key, layouts, scenes } = format();
  if (layoutsOf !== key) {
    layoutsOf = key;
    select("layout").replaceChildren(...layouts.map((layout) =>
      new Option(layout === "clips" && scenes ? SCENES : LAYOUTS[layout], layout)));
  }
  $("layout-field").hidden = !layouts.length || (!kept.length && !input("with-original").checked);
  button("keep").disabled = isEmpty(edit) || kept.length >= MAX_KEPT;
  const { command: line, no_command: none } = shown;
  const second = (audition ?? edit).seed === null ? "" : " (the last of its tunes)";
  const tempo = pace === 1 ? "" : ", but at the tune's own tempo";
  $("command-box").hidden = original || !(line || none);
  $("command-title").textContent = none || `The same notes as a command${second}${tempo}`;
  $("command-line").hidden = !line;
  if ($("command").textContent !== line) $("command").textContent = line; // a selection in it stays
  if (listed === kept) return; // a button that is replaced while it is pressed gets no click
  listed = kept;
  $("kept").replaceChildren();
  kept.forEach(list);
}

/** Add a variation that was kept to the list. @param {KeptVariation} variation */
function list(variation) {
  const { name, edit } = variation;
  const item = make("li", $("kept"));
  const own = make("button", item, { textContent: name, title: `Go back to ${name}`, onclick: () => change(edit) });
  const pencil = make("button", item, { textContent: "✎", title: "Rename", ariaLabel: `Rename ${name}` });
  pencil.onclick = () => rename(own, pencil, (text) =>
    keep(state.kept.map((each) => (each === variation ? { ...variation, name: text } : each))));
  make("button", item, { textContent: "×", ariaLabel: `Remove ${name}` }).onclick = () =>
    keep(state.kept.filter((each) => each !== variation));
}

/** Put a field in the place of a name until it is left; Escape leaves the name as it is.
 * @param {HTMLElement} button @param {HTMLElement} pencil @param {(name: string) => void} onName */
function rename(button, pencil, onName) {
  const name = button.textContent ?? "";
  const field = document.createElement("input");
  Object.assign(field, { type: "text", value: name, maxLength: MAX_NAME, ariaLabel: `New name of ${name}` });
  button.replaceWith(field);
  field.select();
  field.onkeydown = ({ key }) => {
    if (key === "Escape") field.value = name;
    if (key === "Escape" || key === "Enter") pencil.focus();
  };
  field.onblur = () => {
    const text = field.value.trim();
    field.replaceWith(button);
    if (text && text !== name) onName(text);
  };
}
