// Requests to the server, and the rule that only the newest answer counts.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, { body, signal, raw = false } = {}) {
  const headers = body !== undefined && !raw ? { "content-type": "application/json" } : {};
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { method, headers, signal, body: raw || body === undefined ? body : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The server does not answer. Is armusic studio still running?");
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.message ?? `The server answered ${answer.status}`);
}

const json = async (...request) => (await ask(...request)).json();
const at = (session, rest = "") => `sessions/${session.id}${rest}`;

export const model = () => json("GET", "model");
export const examples = () => json("GET", "examples");
export const open = (name, bytes) => json("POST", `sessions?name=${encodeURIComponent(name)}`, { body: bytes, raw: true });
export const openExample = (id) => json("POST", `sessions/example/${encodeURIComponent(id)}`);
export const again = (session) => json("GET", at(session));
export const read = (session, reading) => json("PUT", at(session, "/reading"), { body: reading });
export const leave = (session) => ask("DELETE", at(session)).catch(() => {});
export const pool = (session, key) => json("GET", at(session, `/pool?key=${encodeURIComponent(key)}`));
export const variation = (session, body, signal) => json("POST", at(session, "/variation"), { body, signal });
export const surface = (session, body, signal) => json("POST", at(session, "/surface"), { body, signal });
export const score = async (session, body, signal) => (await ask("POST", at(session, "/score"), { body, signal })).text();

// A note of an instrument as the bytes of a WAV; null where the server has no instruments.
export async function sound(program, pitch) {
  const answer = await ask("GET", `sounds/${program}/${pitch}`);
  return answer.status === 204 ? null : answer.arrayBuffer();
}

export async function file(session, body) {
  const answer = await ask("POST", at(session, "/export"), { body });
  const [, name] = answer.headers.get("content-disposition").split("''");
  const blob = await answer.blob();
  return { name: decodeURIComponent(name), type: blob.type, blob };
}

// Sends one value at a time. What is pushed meanwhile waits, the newest alone; a request that takes
// longer than `patience` is cancelled for it, so that dragging shows answers and never old ones.
export class Latest {
  constructor(send, receive, fail, { patience = 250, pause = 0 } = {}) {
    Object.assign(this, { send, receive, fail, patience, pause });
  }

  push(value) {
    this.waiting = { value };
    clearTimeout(this.timer);
    if (!this.abort) this.timer = setTimeout(() => this.#go(), this.pause);
    else if (this.patience < Infinity) {
      this.timer = setTimeout(() => this.abort?.abort(), Math.max(0, this.began + this.patience - performance.now()));
    }
  }

  drop() {
    clearTimeout(this.timer);
    this.waiting = null;
    this.dropped = this.abort;
    this.abort?.abort();
  }

  async #go() {
    const { value } = this.waiting;
    this.waiting = null;
    const abort = (this.abort = new AbortController());
    this.began = performance.now();
    try {
      const answer = await this.send(value, abort.signal);
      if (this.dropped !== abort) this.receive(answer, value);
    } catch (error) {
      const stale = error.name === "AbortError" || error.status === 409;
      if (!stale && this.dropped !== abort) this.fail(error, value);
    } finally {
      this.abort = null;
      if (this.waiting) this.push(this.waiting.value);
    }
  }
}
