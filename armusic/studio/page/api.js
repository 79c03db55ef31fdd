// Requests to the server, and a queue in which only the newest request counts.

/** @import { Edit, Example, ExportRequest, ModelInfo, PoolStatus, Reading } from "./messages" */
/** @import { Session, SurfaceInfo, SurfaceRequest, Variation } from "./messages" */

export class RequestError extends Error {
  /**
   * @param {number} status HTTP status; 0 if the server could not be reached.
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {object} Options
 * @property {object} [json] Body, to be sent as JSON.
 * @property {Uint8Array<ArrayBuffer>} [bytes] Body, to be sent as it is.
 * @property {AbortSignal} [signal]
 */

/**
 * Send a request; throws a RequestError unless it succeeds.
 * @param {string} method
 * @param {string} path
 * @param {Options} options
 */
async function send(method, path, { json, bytes, signal } = {}) {
  /** @type {RequestInit} */
  const request = { method, signal, body: bytes };
  if (json !== undefined) {
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(json);
  }
  let response;
  try {
    response = await fetch(`/api/${path}`, request);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new RequestError(0, "The server does not respond. Is armusic studio still running?");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new RequestError(response.status, problem.message ?? `The server responded with status ${response.status}`);
}

/**
 * Send a request and return the JSON of its response.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
const fetchJson = async (method, path, options) => (await send(method, path, options)).json();

/**
 * @param {{ id: string }} session
 * @param {string} rest
 */
const sessionPath = (session, rest = "") => `sessions/${session.id}${rest}`;

/** @returns {Promise<ModelInfo>} */
export const model = () => fetchJson("GET", "model");

/** @returns {Promise<Example[]>} */
export const examples = () => fetchJson("GET", "examples");

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Session>}
 */
export const open = (name, bytes) => fetchJson("POST", `sessions?name=${encodeURIComponent(name)}`, { bytes });

/**
 * @param {string} id
 * @returns {Promise<Session>}
 */
export const openExample = (id) => fetchJson("POST", `sessions/example/${encodeURIComponent(id)}`);

/**
 * @param {{ id: string }} session
 * @returns {Promise<Session>}
 */
export const reopen = (session) => fetchJson("GET", sessionPath(session));

/**
 * @param {Session} session
 * @param {Reading} reading
 * @returns {Promise<Session>}
 */
export const read = (session, reading) => fetchJson("PUT", sessionPath(session, "/reading"), { json: reading });

/** @param {Session} session */
export const close = (session) => send("DELETE", sessionPath(session)).catch(() => {});

/**
 * @param {Session} session
 * @param {string} key
 * @returns {Promise<PoolStatus>}
 */
export const pool = (session, key) => fetchJson("GET", sessionPath(session, `/pool?key=${encodeURIComponent(key)}`));

/**
 * @param {Session} session
 * @param {Edit} json
 * @param {AbortSignal} signal
 * @returns {Promise<Variation>}
 */
export const variation = (session, json, signal) =>
  fetchJson("POST", sessionPath(session, "/variation"), { json, signal });

/**
 * @param {Session} session
 * @param {SurfaceRequest} json
 * @param {AbortSignal} signal
 * @returns {Promise<SurfaceInfo>}
 */
export const surface = (session, json, signal) => fetchJson("POST", sessionPath(session, "/surface"), { json, signal });

/**
 * @param {Session} session
 * @param {Edit} json
 * @param {AbortSignal} signal
 */
export const score = async (session, json, signal) =>
  (await send("POST", sessionPath(session, "/score"), { json, signal })).text();

/**
 * Return a note of an instrument as a WAV file; null where the server has no instruments.
 * @param {number} program
 * @param {number} pitch
 */
export async function sound(program, pitch) {
  const response = await send("GET", `sounds/${program}/${pitch}`);
  return response.status === 204 ? null : response.arrayBuffer();
}

/**
 * @param {Session} session
 * @param {ExportRequest} json
 */
export async function exportFile(session, json) {
  const response = await send("POST", sessionPath(session, "/export"), { json });
  const [, name] = (response.headers.get("content-disposition") ?? "").split("''");
  const blob = await response.blob();
  return { name: decodeURIComponent(name), type: blob.type, blob };
}

/**
 * Sends one value at a time. Of the values pushed meanwhile only the newest waits; a request that takes longer than
 * `patience` is cancelled for it, so that dragging shows current responses only.
 * @template Value, Answer
 */
export class LatestOnly {
  /** @type {{ value: Value } | null} */
  #waiting = null;
  /** @type {AbortController | null} */
  #active = null;
  /** @type {AbortController | null} */
  #dropped = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #start = 0;
  #send;
  #receive;
  #fail;
  #patience;
  #pause;

  /**
   * @param {(value: Value, signal: AbortSignal) => Promise<Answer>} send
   * @param {(answer: Answer, value: Value) => void} receive
   * @param {(error: Error, value: Value) => void} fail
   * @param {{ patience?: number, pause?: number }} delays Milliseconds before a request is cancelled for a newer value,
   *   and between a value and its request.
   */
  constructor(send, receive, fail, { patience = 250, pause = 0 } = {}) {
    this.#send = send;
    this.#receive = receive;
    this.#fail = fail;
    this.#patience = patience;
    this.#pause = pause;
  }

  /** @param {Value} value */
  push(value) {
    this.#waiting = { value };
    clearTimeout(this.#timer);
    if (!this.#active) this.#timer = setTimeout(() => this.#go(), this.#pause);
    else if (this.#patience < Infinity) {
      const delay = Math.max(0, this.#start + this.#patience - performance.now());
      this.#timer = setTimeout(() => this.#active?.abort(), delay);
    }
  }

  /** Forget what is waiting, and ignore the response to the active request. */
  drop() {
    clearTimeout(this.#timer);
    this.#waiting = null;
    this.#dropped = this.#active;
    this.#active?.abort();
  }

  async #go() {
    if (!this.#waiting) return;
    const { value } = this.#waiting;
    this.#waiting = null;
    const controller = new AbortController();
    this.#active = controller;
    this.#start = performance.now();
    try {
      const answer = await this.#send(value, controller.signal);
      if (this.#dropped !== controller) this.#receive(answer, value);
    } catch (cause) {
      const error = /** @type {Error & { status?: number }} */ (cause);
      const stale = error.name === "AbortError" || error.status === 409;
      if (!stale && this.#dropped !== controller) this.#fail(error, value);
    } finally {
      this.#active = null;
      this.#resume();
    }
  }

  #resume() {
    if (this.#waiting) this.push(this.#waiting.value);
  }
}
