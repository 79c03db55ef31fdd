// The queue of requests, and what a request says when it fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

import { latestOnly, model, RequestError } from "../../../armusic/studio/page/api.js";

/**
 * Return a queue whose requests are answered by hand, and what it has sent, received and reported.
 * @param {{ patience?: number, pause?: number }} [delays]
 */
function queue(delays) {
  /** @type {{ value: number, resolve: (answer: string) => void, reject: (error: Error) => void }[]} */
  const sent = [];
  /** @type {[string, number][]} */
  const received = [];
  /** @type {[string, number][]} */
  const failed = [];
  const latest = latestOnly(
    (/** @type {number} */ value, signal) => new Promise((/** @type {(answer: string) => void} */ resolve, reject) => {
      sent.push({ value, resolve, reject });
      signal.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    }),
    (answer, value) => received.push([answer, value]),
    (error, value) => failed.push([error.message, value]),
    delays,
  );
  return { latest, sent, received, failed };
}

test("of the values pushed during a request only the newest is sent", async () => {
  const { latest, sent, received } = queue({ patience: Infinity });
  latest.push(1);
  while (!sent.length) await wait(5);
  latest.push(2);
  latest.push(3);
  sent[0].resolve("a");
  while (sent.length < 2) await wait(5);
  assert.deepEqual(sent.map(({ value }) => value), [1, 3]);
  sent[1].resolve("b");
  while (received.length < 2) await wait(5);
  assert.deepEqual(received, [["a", 1], ["b", 3]]);
});

test("a request that takes too long is cancelled for a newer value, without an error", async () => {
  const { latest, sent, received, failed } = queue({ patience: 20 });
  latest.push(1);
  while (!sent.length) await wait(5);
  latest.push(2);
  while (sent.length < 2) await wait(5);
  assert.deepEqual(sent.map(({ value }) => value), [1, 2]);
  sent[1].resolve("b");
  while (!received.length) await wait(5);
  assert.deepEqual([received, failed], [[["b", 2]], []]);
});

test("an answer is ignored after a drop", async () => {
  const { latest, sent, received, failed } = queue();
  latest.push(1);
  while (!sent.length) await wait(5);
  latest.drop();
  sent[0].resolve("a");
  await wait(5);
  assert.deepEqual([received, failed], [[], []]);
  latest.push(2);
  while (sent.length < 2) await wait(5);
});

test("an error is reported, unless a later request has overtaken this one", async () => {
  const { latest, sent, failed } = queue();
  latest.push(1);
  while (!sent.length) await wait(5);
  sent[0].reject(new RequestError(409, "overtaken"));
  await wait(5);
  latest.push(2);
  while (sent.length < 2) await wait(5);
  sent[1].reject(new RequestError(422, "no such key"));
  while (!failed.length) await wait(5);
  assert.deepEqual(failed, [["no such key", 2]]);
});

test("a refusal has the message of the server, and its status", async (context) => {
  const refuse = async () => new Response(JSON.stringify({ message: "no model" }), { status: 503 });
  context.mock.method(globalThis, "fetch", refuse);
  await assert.rejects(model(), new RequestError(503, "no model"));
});
