// Requests while the server is away.

import assert from "node:assert/strict";
import { test } from "node:test";

import { insist, onConnection } from "../../../armusic/studio/page/connection.js";

/** Let what waits for nothing but answers go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("requests wait until the server is back, and are sent once more", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let state = "gone";
  /** @type {string[]} */
  const sent = [];
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ path) => {
    sent.push(path);
    if (state === "gone") throw new TypeError("fetch failed");
    return new Response(JSON.stringify({ state }));
  });
  /** @type {boolean[]} */
  const reports = [];
  onConnection((lost) => reports.push(lost));
  const answers = Promise.all([insist("/api/a", {}), insist("/api/b", {})]);
  for (const next of ["gone", "loading", "ready"]) {
    await turn();
    state = next;
    context.mock.timers.tick(1000);
  }
  const [first] = await answers;
  assert.equal(first.status, 200);
  assert.deepEqual(reports, [true, false]); // of two requests, one report each
  assert.deepEqual(sent.filter((path) => path !== "/api/health"), ["/api/a", "/api/b", "/api/a", "/api/b"]);
  assert.equal(sent.filter((path) => path === "/api/health").length, 3);
});

test("a request that was given up is not sent again", async (context) => {
  const gaveUp = async () => {
    throw new DOMException("cancelled", "AbortError");
  };
  const { mock } = context.mock.method(globalThis, "fetch", gaveUp);
  await assert.rejects(insist("/api/a", {}), { name: "AbortError" });
  assert.equal(mock.callCount(), 1);
});
