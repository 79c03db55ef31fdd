// Whether the server responds: where it does not, requests wait until it is back.

const EVERY = 1000; // milliseconds between two questions

/** @type {Promise<void> | null} */
let waiting = null;
/** @type {(lost: boolean) => void} */
let report = () => {};

/** @param {typeof report} listener Called when the server stops to respond, and when it is back. */
export function onConnection(listener) {
  report = listener;
}

/** @returns {Promise<{ state: string } | null>} */
const health = () => fetch("/api/health").then((response) => response.json()).catch(() => null);

async function ask() {
  report(true);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    const answer = await health();
    if (answer && answer.state !== "loading") break;
  }
  report(false);
}

/** Send a request, and once more whenever the server is back; it may have failed as the server was about to stop.
 * @param {string} path @param {RequestInit} request */
export async function insist(path, request) {
  for (;;) {
    try {
      const response = await fetch(path, request);
      if (response.status < 500 || (await health())) return response;
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
    }
    waiting ??= ask().finally(() => (waiting = null));
    await waiting;
  }
}
