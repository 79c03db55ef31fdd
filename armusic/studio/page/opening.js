// Opening tunes: files, examples, saved sessions, another melody of a file, and what the tab showed before a reload.

/** @import { Reading, Session } from "./messages" */

import * as api from "./api.js";
import { on, show, state, withSession, work, works } from "./app.js";
import { $ } from "./dom.js";
import * as files from "./files.js";
import { fail, say } from "./labels.js";
import * as sessionfile from "./sessionfile.js";
import { ifThere, readAs, restore } from "./sessions.js";
import * as store from "./store.js";

/** @param {() => Promise<Session>} load @param {string} [example] Id of the example, if it is one. */
async function open(load, example) {
  $("message").hidden = true;
  document.body.ariaBusy = "true";
  try {
    const session = await load();
    if (state.session && state.session.id !== session.id) api.close(state.session);
    state.source = { example, digest: session.digest };
    show(session);
  } catch (error) {
    if (state.session) on.restore(); // it stays
    fail(/** @type {Error} */ (error));
  } finally {
    document.body.ariaBusy = null;
  }
}

/** @param {File} [file] */
export async function openFile(file) {
  if (!file) return;
  const { name, size } = file;
  const isSession = sessionfile.isSession(name);
  const limit = state.model.max_bytes * (isSession ? 2 : 1); // music in a session is longer by a third
  if (size > limit) fail(new Error(`${name}: ${(size / 1e6).toFixed(1)} MB; files can have up to ${limit / 1e6} MB`));
  else if (isSession) await open(async () => openSaved(await file.text(), name));
  else await open(async () => upload(name, new Uint8Array(await file.arrayBuffer())));
}

/** @param {string} name @param {Uint8Array<ArrayBuffer>} bytes */
async function upload(name, bytes) {
  const session = await api.open(name, bytes);
  keep(session, bytes);
  return session;
}

/** Open a session that was saved. Work that is here already is not lost: undo leads to it.
 * @param {string} text @param {string} label Name of its file. */
async function openSaved(text, label) {
  const saved = sessionfile.fromText(text, label);
  const session = await readAs(await upload(saved.name, saved.bytes), saved.works[0].reading);
  for (const { melody, ...each } of saved.works) works.save(`${session.digest} ${melody}`, each, "file");
  return session;
}

/** @param {Session} session @param {Uint8Array<ArrayBuffer>} bytes */
async function keep({ digest, name }, bytes) {
  if (await files.keep(digest, name, bytes)) return;
  say(`The browser cannot store ${name}: after a restart of the server it has to be opened again.`);
}

/** @param {string} id */
export const openExample = (id) => open(async () => {
  const session = await api.openExample(id);
  api.file(session).then((bytes) => keep(session, bytes), () => {}); // it can be opened as an example
  return session;
}, id);

/** Read another melody of the open file: it is asked nothing of the one before. @param {Partial<Reading>} choice */
export function openMelody(choice) {
  on.leave();
  const { source } = state;
  return open(() => withSession((session) => api.read(session, { ...session.reading, ...choice })), source?.example);
}

/** Save the open session to a file. */
export async function saveSession() {
  const { digest, name } = state.session;
  const tune = store.tuneOf(state.session);
  const others = works.ofFile(digest).filter((other) => other.tune !== tune);
  try {
    const bytes = await withSession(api.file);
    const all = [{ tune, work: work() }, ...others];
    const melodies = all.map((each) => ({ ...each.work, melody: each.tune.slice(digest.length + 1) }));
    const text = sessionfile.toText({ name, bytes, works: melodies });
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const download = `${name.replace(/\.\w+$/, "")}.armusic`;
    Object.assign(document.createElement("a"), { href: url, download }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    for (const each of all) works.unsaved.delete(each.tune);
    say(`${download} was downloaded: it opens like any file, with the work on it.`);
  } catch (error) {
    fail(/** @type {Error} */ (error));
  }
}

/** Show what the tab showed before a reload, or else the file that was named at the start. */
export async function resume() {
  const tab = store.loadTab();
  const { initial } = state.model;
  if (!tab) return initial ? openExample(initial) : undefined;
  const { source, work: ofTab } = tab;
  state.source = source;
  try {
    const known = await api.reopen(tab).catch(ifThere);
    const session = known && store.tuneOf(known) === tab.tune ? known : await restore(source, ofTab.reading);
    works.forget(tab.tune, tab.page); // this page has it now
    show(session, store.fits(session, ofTab) ? ofTab : null);
  } catch (error) {
    state.source = null;
    fail(/** @type {Error} */ (error));
  }
}
