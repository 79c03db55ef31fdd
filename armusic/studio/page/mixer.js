// The sound panel: volumes, mute and solo, instrument, count-in, and where MIDI goes.

import { announce } from "./announcer.js";
import { player, save, state } from "./app.js";
import { $, input, press, select } from "./dom.js";

const { sound, midi } = player;
const STRIPS = /** @type {const} */ (["tune", "others"]);

/** Act on an event, and show what it did. @param {string} id @param {string} event @param {() => unknown} act */
const on = (id, event, act) => $(id).addEventListener(event, () => {
  act();
  sound.mix();
  draw();
});

for (const strip of STRIPS) {
  const fader = sound.faders[strip];
  on(`${strip}-mute`, "click", () => (fader.muted = !fader.muted));
  on(`${strip}-solo`, "click", () => (fader.solo = !fader.solo));
  on(`${strip}-volume`, "input", () => (fader.volume = Number(input(`${strip}-volume`).value)));
}
on("instrument", "change", () => {
  const { value } = select("instrument");
  player.choose(value ? Number(value) : null);
  save();
});
on("count-in", "click", () => (player.countIn = !player.countIn));
on("midi-port", "change", () => midi.choose(select("midi-port").value));
on("midi-clock", "change", () => (midi.clock = input("midi-clock").checked));
on("midi-others", "change", () => (midi.others = input("midi-others").checked));
$("midi-open").addEventListener("click", open);
addEventListener("pagehide", () => midi.halt());
midi.onChange = draw;

async function open() {
  const note = $("midi-note");
  announce((note.textContent = "The browser asks whether this page may use MIDI."));
  try {
    await midi.open();
    midi.choose(midi.ports[0]?.id);
    note.textContent = "";
  } catch (error) {
    announce((note.textContent = /** @type {Error} */ (error).message));
  }
  draw();
}

/** Show what the tune sounds like. */
export function describe() {
  const { program, others } = state.session;
  const { instruments } = state.model;
  const own = new Option(`the file's: ${instruments[program]}`, "");
  select("instrument").replaceChildren(own, ...instruments.map((name, place) => new Option(name, String(place))));
  select("instrument").value = String(player.instrument ?? "");
  $("others-strip").hidden = !others.length;
  $("others-names").textContent = others.map(({ name }) => name).join(", ");
  draw();
}

function draw() {
  for (const strip of STRIPS) {
    press(`${strip}-mute`, sound.faders[strip].muted);
    press(`${strip}-solo`, sound.faders[strip].solo);
    input(`${strip}-volume`).value = String(sound.faders[strip].volume);
  }
  press("count-in", player.countIn);
  const { ports, port, allowed } = midi;
  $("midi-open").hidden = allowed;
  for (const id of ["midi-field", "midi-clock-field", "midi-others-field"]) $(id).hidden = !allowed;
  $("midi-others-field").hidden ||= $("others-strip").hidden;
  const none = new Option(ports.length ? "off" : "no port: start the DAW, or a virtual cable", "");
  select("midi-port").replaceChildren(none, ...ports.map(({ id, name }) => new Option(name ?? id, id)));
  select("midi-port").value = port?.id ?? "";
  input("midi-clock").checked = midi.clock;
  input("midi-others").checked = midi.others;
}
