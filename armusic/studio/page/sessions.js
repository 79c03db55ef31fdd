// Sessions that expire: they are opened again when they are next used.

/** @import { Reading, Session } from "./messages" */
/** @import { State } from "./state.js" */
/** @import { Source } from "./store.js" */

import * as api from "./api.js";
import { toBytes } from "./store.js";

/**
 * Open a tune again whose session has expired, or whose server was restarted.
 * @param {Source | null} source
 * @param {Reading | undefined} reading
 */
export async function restore(source, reading) {
  let session;
  if (source?.example) session = await api.openExample(source.example);
  else if (source?.name && source.file) session = await api.open(source.name, toBytes(source.file));
  else throw new Error("The tune has expired on the server: open it again.");
  if (!reading || JSON.stringify(reading) === JSON.stringify(session.reading)) return session;
  return api.read(session, reading);
}

const TRIES = 3; // of a request, each with another session

/**
 * Return a function that sends a request to the open session. An expired session is opened again, once for all
 * requests that wait for it, unless another tune is open by then.
 * @param {Pick<State, "session" | "source">} state
 * @param {() => void} onRestore
 * @param {typeof restore} reopen
 */
export function sender(state, onRestore, reopen = restore) {
  /** The sessions that replace expired ones. @type {WeakMap<Session, Promise<Session>>} */
  const replacements = new WeakMap();
  /**
   * @template Answer
   * @param {(session: Session) => Promise<Answer>} send
   */
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
