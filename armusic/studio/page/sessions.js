// Sessions that expire: they are opened again when they are next used.

/** @import { Reading, Session } from "./messages" */
/** @import { State } from "./state.js" */
/** @import { Source } from "./store.js" */

import * as api from "./api.js";
import * as files from "./files.js";

/** Pass an error on, unless it is that something is not there. @param {Error & { status?: number }} error */
export function ifThere(error) {
  if (error.status !== 404) throw error;
  return null;
}

/** Open a tune again whose session has expired, or whose server was restarted: as an example, or else from the file
 * that was stored.
 * @param {Source | null} source @param {Reading} reading @param {typeof files.find} find */
export async function restore(source, reading, find = files.find) {
  const example = source?.example ? await api.openExample(source.example).catch(ifThere) : null;
  if (example && example.digest === source?.digest) return readAs(example, reading);
  if (example) api.close(example); // the file named at the start is another one now
  const file = source ? await find(source.digest) : null;
  if (!file) throw new Error("The tune has expired on the server: open it again.");
  return readAs(await api.open(file.name, file.bytes), reading);
}

/** Return a session in which a file is read with other options. @param {Session} session @param {Reading} reading */
export const readAs = (session, reading) =>
  JSON.stringify(reading) === JSON.stringify(session.reading) ? session : api.read(session, reading);

const TRIES = 3; // of a request, each with another session

/** Return a function that sends a request to the open session. An expired session is opened again, once for all
 * requests that wait for it, unless another tune is open by then.
 * @param {Pick<State, "session" | "source">} state @param {() => void} onRestore @param {typeof restore} reopen */
export function sender(state, onRestore, reopen = restore) {
  /** The sessions that replace expired ones. @type {WeakMap<Session, Promise<Session>>} */
  const replacements = new WeakMap();
  /** @template Answer @param {(session: Session) => Promise<Answer>} send */
  return async (send) => {
    let { session } = state;
    for (let tries = 1; ; tries++) {
      try {
        return await send(session);
      } catch (error) {
        const expired = error instanceof api.RequestError && error.status === 404;
        const known = replacements.get(session);
        if (!expired || tries === TRIES || (session !== state.session && !known)) throw error;
        const replacement = known ?? reopen(state.source, session.reading);
        replacements.set(session, replacement);
        const restored = await replacement.catch((cause) => {
          replacements.delete(session);
          throw cause;
        });
        if (session === state.session) {
          state.session = restored;
          onRestore();
        } else if (restored !== state.session && !replacements.has(restored)) throw error;
        session = restored; // which may have expired as well by now
      }
    }
  };
}
