// Requests to the server, and a queue in which only the newest request counts.

/** @import { Alternative, AlternativesRequest } from "./messages" */
/** @import { Edit, Example, ExportRequest, ModelInfo, PoolStatus, Reading } from "./messages" */
/** @import { Session, SurfaceInfo, SurfaceRequest, Track, Variation } from "./messages" */

import { insist } from "./connection.js";

/** @typedef {{ id: string }} Id What of a session its requests need. */

/** A name for this page, by which the server tells the requests of several pages of one session apart. */
export const PAGE = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");

export class RequestError extends Error {
  /** @param {number} status HTTP status. @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Send a request, with JSON as its body if there is any; throws a RequestError unless it succeeds.
 * @param {string} method @param {string} path @param {RequestInit & { json?: object }} options */
async function send(method, path, { json, ...options } = {}) {
  const headers = { "armusic-page": PAGE, ...(json && { "content-type": "application/json" }) };
  const body = json ? JSON.stringify(json) : options.body;
  const response = await insist(`/api/${path}`, { ...options, method, headers, body });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new RequestError(response.status, problem.message ?? `The server responded with status ${response.status}`);
}

/** Send a request and return the JSON of its response. @type {(...request: Parameters<typeof send>) => Promise<any>} */
const fetchJson = async (...request) => (await send(...request)).json();

/** Post JSON about a session.
 * @type {(session: Id, path: string, json: object, signal?: AbortSignal) => Promise<any>} */
const post = ({ id }, path, json, signal) => fetchJson("POST", `sessions/${id}/${path}`, { json, signal });

/** @type {() => Promise<ModelInfo>} */
export const model = () => fetchJson("GET", "model");

/** @type {() => Promise<Example[]>} */
export const examples = () => fetchJson("GET", "examples");

/** @type {(name: string, body: Uint8Array<ArrayBuffer>) => Promise<Session>} */
export const open = (name, body) => fetchJson("POST", `sessions?name=${encodeURIComponent(name)}`, { body });

/** @type {(id: string) => Promise<Session>} */
export const openExample = (id) => fetchJson("POST", `sessions/example/${encodeURIComponent(id)}`);

/** @type {(session: Id) => Promise<Session>} */
export const reopen = ({ id }) => fetchJson("GET", `sessions/${id}`);

/** Return the file of a session. @param {Id} session */
export const file = async ({ id }) => new Uint8Array(await (await send("GET", `sessions/${id}/file`)).arrayBuffer());

/** @type {(session: Id, json: Reading) => Promise<Session>} */
export const read = ({ id }, json) => fetchJson("PUT", `sessions/${id}/reading`, { json });

/** @type {(session: Id) => Promise<Track[]>} */
export const tracks = ({ id }) => fetchJson("GET", `sessions/${id}/tracks`);

/** @param {Id} session */
export const close = ({ id }) => send("DELETE", `sessions/${id}`).catch(() => {});

/** Say that the page goes away; its session stays for a reload. @param {Id} session */
export const leave = ({ id }) => send("DELETE", `sessions/${id}/page`, { keepalive: true }).catch(() => {});

/** @type {(session: Id, key: string, keep: string) => Promise<PoolStatus>} */
export const pool = ({ id }, key, keep) =>
  fetchJson("GET", `sessions/${id}/pool?${new URLSearchParams({ key, keep })}`);

/** @type {(session: Id, edit: Edit, signal: AbortSignal) => Promise<Variation>} */
export const variation = (session, edit, signal) => post(session, "variation", edit, signal);

/** @type {(session: Id, request: AlternativesRequest) => Promise<Alternative[]>} */
export const alternatives = (session, request) => post(session, "alternatives", request);

/** @type {(session: Id, request: SurfaceRequest, signal: AbortSignal) => Promise<SurfaceInfo>} */
export const surface = (session, request, signal) => post(session, "surface", request, signal);

/** Return notation as SVG. @type {(session: Id, json: Edit, bpm: number, signal: AbortSignal) => Promise<string>} */
export const score = async ({ id }, json, bpm, signal) =>
  (await send("POST", `sessions/${id}/score?bpm=${bpm}`, { json, signal })).text();

/** Return a note of an instrument as a WAV file; null where the server has no instruments.
 * @param {number} program @param {number} pitch */
export async function sound(program, pitch) {
  const response = await send("GET", `sounds/${program}/${pitch}`);
  return response.status === 204 ? null : response.arrayBuffer();
}

/** @param {Id} session @param {ExportRequest} json */
export async function exportFile({ id }, json) {
  const response = await send("POST", `sessions/${id}/export`, { json });
  const [, name] = (response.headers.get("content-disposition") ?? "").split("''");
  const blob = await response.blob();
  return { name: decodeURIComponent(name), type: blob.type, blob };
}

/** Return a queue that sends one value at a time. Of the values pushed meanwhile only the newest waits; a request that
 * takes longer than `patience` is cancelled for it, so that dragging shows current responses only.
 * @template Value, Answer @param {(value: Value, signal: AbortSignal) => Promise<Answer>} send
 * @param {(answer: Answer, value: Value) => void} receive @param {(error: Error, value: Value) => void} fail
 * @param {{ patience?: number, pause?: number }} delays Milliseconds before a request is cancelled for a newer value,
 *   and between a value and its request. */
export function latestOnly(send, receive, fail, { patience = 250, pause = 0 } = {}) {
  /** @type {{ value: Value } | null} */
  let waiting = null;
  /** @type {AbortController | null} */
  let active = null;
  /** @type {AbortController | null} */
  let dropped = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let start = 0;

  /** @param {Value} value */
  function push(value) {
    waiting = { value };
    clearTimeout(timer);
    if (!active) timer = setTimeout(go, pause);
    else if (patience < Infinity) {
      timer = setTimeout(() => active?.abort(), Math.max(0, start + patience - performance.now()));
    }
  }

  async function go() {
    if (!waiting) return;
    const { value } = waiting;
    const controller = new AbortController();
    [waiting, active, start] = [null, controller, performance.now()];
    try {
      const answer = await send(value, controller.signal);
      if (dropped !== controller) receive(answer, value);
    } catch (cause) {
      const error = /** @type {Error & { status?: number }} */ (cause);
      const stale = error.name === "AbortError" || error.status === 409;
      if (!stale && dropped !== controller) fail(error, value);
    } finally {
      active = null;
      if (waiting) push(/** @type {{ value: Value }} */ (waiting).value);
    }
  }

  /** Forget what is waiting, and ignore the response to the active request. */
  function drop() {
    clearTimeout(timer);
    [waiting, dropped] = [null, active];
    active?.abort();
  }

  return { push, drop };
}
