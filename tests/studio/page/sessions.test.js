// Sessions that expire are opened again, once, and never over another tune.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @import { Session } from "../../../armusic/studio/page/messages" */

import { RequestError } from "../../../armusic/studio/page/api.js";
import { restore, sender } from "../../../armusic/studio/page/sessions.js";

/** @param {string} id */
const session = (id) => /** @type {Session} */ (/** @type {unknown} */ ({ id, reading: { tune: 1 } }));

/**
 * Return a sender whose session "old" has expired, and how often it was restored.
 * @param {() => Promise<Session>} reopen
 */
function expired(reopen) {
  const state = { session: session("old"), source: { example: "1", digest: "" } };
  const count = { restored: 0, reopened: 0 };
  const send = sender(state, () => count.restored++, () => {
    count.reopened++;
    return reopen();
  });
  /** @param {Session} current */
  const request = async ({ id }) => {
    if (id === "old") throw new RequestError(404, "expired");
    return id;
  };
  return { state, count, send, request };
}

test("a session that has expired is opened once for all requests that wait for it", async () => {
  const { state, count, send, request } = expired(async () => session("new"));
  assert.deepEqual(await Promise.all([send(request), send(request)]), ["new", "new"]);
  assert.equal(state.session.id, "new");
  assert.deepEqual(count, { restored: 1, reopened: 1 });
});

test("a session that cannot be opened again is tried anew with the next request", async () => {
  let broken = true;
  const { count, send, request } = expired(async () => {
    if (broken) throw new Error("gone");
    return session("new");
  });
  await assert.rejects(send(request), /gone/);
  broken = false;
  assert.equal(await send(request), "new");
  assert.equal(count.reopened, 2);
});

test("a tune that was opened meanwhile stays open", async () => {
  const { state, count, send, request } = expired(async () => {
    state.session = session("other");
    return session("new");
  });
  await assert.rejects(send(request), { status: 404 });
  assert.equal(state.session.id, "other");
  assert.equal(count.restored, 0);
});

test("another refusal is passed on", async () => {
  const { count, send } = expired(async () => session("new"));
  await assert.rejects(send(async () => {
    throw new RequestError(422, "no such key");
  }), { status: 422 });
  assert.equal(count.reopened, 0);
});

/**
 * Answer requests with sessions of a file, and note them.
 * @param {import("node:test").TestContext} context
 * @param {(path: string) => object | null} answer
 */
function serve(context, answer) {
  /** @type {[string, unknown][]} */
  const requests = [];
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ path, /** @type {RequestInit} */ { body }) => {
    requests.push([path, body]);
    const session = answer(path);
    return new Response(JSON.stringify(session ?? {}), { status: session ? 200 : 404 });
  });
  return requests;
}

const READING = /** @type {any} */ ({ tune: 1 });

test("a tune is read again as it was before", async (context) => {
  const requests = serve(context, () => ({ id: "new", digest: "d", reading: { tune: 2 } }));
  await restore({ example: "2", digest: "d" }, /** @type {any} */ ({ tune: 2 }));
  await restore({ example: "2", digest: "d" }, READING);
  assert.deepEqual(requests, [
    ["/api/sessions/example/2", undefined],
    ["/api/sessions/example/2", undefined],
    ["/api/sessions/new/reading", '{"tune":1}'],
  ]);
  await assert.rejects(restore(null, READING), /open it again/);
});

test("where the example is another file now, or is not there, the stored file is opened", async (context) => {
  const bytes = new Uint8Array([1, 2, 3]);
  const find = async (/** @type {string} */ digest) => ({ digest, name: "a.mid", bytes, used: 0 });
  for (const example of [{ id: "other", digest: "another" }, null]) {
    const requests = serve(context, (path) =>
      (path.includes("example") ? example : { id: "new", digest: "d", reading: READING }));
    const session = await restore({ example: "initial", digest: "d" }, READING, find);
    assert.equal(session.id, "new");
    assert.deepEqual(requests.at(-1), ["/api/sessions?name=a.mid", bytes]);
    context.mock.restoreAll();
  }
});

test("a server that fails is no reason to look elsewhere", async (context) => {
  context.mock.method(globalThis, "fetch", async () => new Response("{}", { status: 503 }));
  await assert.rejects(restore({ example: "1", digest: "d" }, READING), { status: 503 });
});

test("a session that expires while its request waits is opened again too", async () => {
  const opened = ["first", "second"];
  const state = { session: session("old"), source: { example: "1", digest: "" } };
  const send = sender(state, () => {}, async () => session(/** @type {string} */ (opened.shift())));
  const request = async (/** @type {Session} */ { id }) => {
    if (id !== "second") throw new RequestError(404, "expired");
    return id;
  };
  assert.equal(await send(request), "second");
  assert.equal(state.session.id, "second");
});

test("a server that forgets every session is not asked for ever", async () => {
  let count = 0;
  const state = { session: session("old"), source: { example: "1", digest: "" } };
  const send = sender(state, () => {}, async () => session(`new ${count++}`));
  await assert.rejects(send(async () => Promise.reject(new RequestError(404, "expired"))), { status: 404 });
  assert.equal(count, 2);
});
