// A listening test: plays a tune and two variations of it, and sends what is chosen.

/** @typedef {{trial: number | null, done: number, count: number, question: string}} Next */
/** @typedef {"original" | "a" | "b"} Side */

const PLAY = /** @type {Record<string, Side>} */ ({ 1: "original", 2: "a", 3: "b" });
const CHOOSE = /** @type {Record<string, string>} */ ({ ArrowLeft: "a", ArrowDown: "same", ArrowRight: "b" });

const player = new Audio();
/** @type {Set<Side>} */
const heard = new Set();
let trial = /** @type {number | null} */ (null);
let began = 0;
let busy = false;

/** @param {string} id @returns {HTMLElement} */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} kind @returns {HTMLButtonElement[]} */
const buttons = (kind) => [...document.querySelectorAll(`button[data-${kind}]`)].map((each) =>
  /** @type {HTMLButtonElement} */ (each));

/** Asks the server, and shows a refusal.
 * @param {string} path @param {object} [body] */
async function ask(path, body) {
  const sent = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(path, sent);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message ?? answer.detail);
    element("problem").textContent = "";
    show(/** @type {Next} */ (answer));
  } catch (error) {
    element("problem").textContent = `That did not work (${/** @type {Error} */ (error).message}): try again.`;
  }
}

/** @param {Next} next */
function show(next) {
  stop();
  heard.clear();
  trial = next.trial;
  began = performance.now();
  element("progress").textContent = `${next.done} of ${next.count} answered`;
  element("question").textContent = trial === null ? "That was all, thank you: you may close this page" : next.question;
  element("trial").hidden = trial === null;
  enable();
}

function enable() {
  for (const button of buttons("choose")) button.disabled = !(heard.has("a") && heard.has("b"));
}

/** @param {Side} side */
async function play(side) {
  if (trial === null) return;
  stop();
  mark(side);
  player.src = `/sound/${trial}/${side}`;
  try {
    await player.play();
    heard.add(side);
    enable();
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return; // another was chosen meanwhile
    element("problem").textContent = "The sound cannot be played: is the server still there?";
  }
}

function stop() {
  player.pause();
  mark(null);
}

/** @param {Side | null} side */
function mark(side) {
  for (const button of buttons("play")) button.setAttribute("aria-pressed", String(button.dataset.play === side));
}

/** @param {string} choice */
async function choose(choice) {
  if (trial === null || busy || !(heard.has("a") && heard.has("b"))) return;
  busy = true;
  await ask("/api/answers", { trial, choice, seconds: (performance.now() - began) / 1000 });
  busy = false;
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in PLAY) play(PLAY[event.key]);
  else if (event.key in CHOOSE) choose(CHOOSE[event.key]);
  else if (event.key === " ") stop();
  else return;
  event.preventDefault();
});
for (const button of buttons("play")) {
  button.addEventListener("click", () => play(/** @type {Side} */ (button.dataset.play)));
}
for (const button of buttons("choose")) {
  button.addEventListener("click", () => choose(/** @type {string} */ (button.dataset.choose)));
}
element("stop").addEventListener("click", stop);
player.addEventListener("ended", () => mark(null));
ask("/api/next");
