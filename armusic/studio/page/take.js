// Taking it with you: files by download and by drag, variations that were kept, the command line.

import * as api from "./api.js";
import { isNothing, turn } from "./edit.js";

const NAMES = { mid: "MIDI", dawproject: "DAWproject", musicxml: "MusicXML", abc: "ABC", wav: "WAV (sound)", svg: "SVG (score)", pdf: "PDF (score)", picture: "PNG (picture)" };
const LAYOUTS = {
  mid: ["tracks", "sequence", "clips"], dawproject: ["tracks", "sequence", "clips"], musicxml: ["tracks", "sequence", "clips"],
  abc: ["sequence", "clips"], wav: ["sequence", "clips"], svg: ["sequence", "clips"], pdf: ["sequence", "clips"],
};
const WORDS = { tracks: "a track each", sequence: "one after another", clips: "a file each (ZIP)" };
const MOST = 15;

export class Take {
  constructor(parts, { get, say, change, keep, withSession }) {
    Object.assign(this, { parts, get, say, keep, withSession, ready: null });
    const { format, layout, download, drag, keepButton, original, copy, command } = parts;
    format.addEventListener("change", () => this.draw());
    for (const part of [layout, original]) part.addEventListener("change", () => (this.ready = null));
    download.addEventListener("click", () => this.#download());
    for (const event of ["pointerenter", "pointerdown", "touchstart"]) drag.addEventListener(event, () => this.#prepare(), { passive: true });
    drag.addEventListener("dragstart", (event) => this.#drag(event));
    drag.addEventListener("dragend", () => document.body.removeAttribute("data-dragging"));
    keepButton.addEventListener("click", () => {
      const { kept, edit } = get();
      keep([...kept, { name: `Variation ${Math.max(0, ...kept.map((one) => Number(one.name.split(" ")[1]) || 0)) + 1}`, edit }]);
    });
    parts.kept.addEventListener("click", ({ target }) => {
      const place = Number(target.dataset.place);
      const { kept } = get();
      if (target.dataset.act === "back") change(kept[place].edit);
      if (target.dataset.act === "drop") keep(kept.filter((_, other) => other !== place));
    });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.textContent);
        say("The command is on the clipboard.");
      } catch {
        getSelection().selectAllChildren(command);
        say("The command is selected: copy it with the keyboard.");
      }
    });
  }

  fill(formats) {
    this.parts.format.replaceChildren(...formats.map((name) => new Option(NAMES[name] ?? name, name)));
  }

  // What is written: the variations that were kept, and the present one unless it is among them.
  #body() {
    const { kept, edit, shown, session, pace } = this.get();
    const { format, layout, original } = this.parts;
    const same = kept.some((one) => JSON.stringify(one.edit) === JSON.stringify(edit));
    const named = kept.map((one) => ({ name: one.name, edit: turn(one.edit) }));
    if (!same) named.push({ name: isNothing(edit) ? "Original" : "Variation", edit: { ...turn(edit), loop: shown.loop ?? "auto" } });
    const original_ = original.checked && !named.some((one) => one.name === "Original");
    const several = named.length + original_ > 1;
    return { format: format.value, layout: several && LAYOUTS[format.value] ? layout.value : null, variations: named, original: original_, bpm: pace === 1 ? null : pace * session.bpm };
  }

  // What a file is of: another tune, or the same one read anew, may be asked for the same.
  #key(body) {
    const { id, reading } = this.get().session;
    return JSON.stringify([id, reading, body]);
  }

  async #file() {
    const body = this.#body();
    const key = this.#key(body);
    if (this.ready?.key === key) return this.ready;
    const made = await this.withSession((session) => api.file(session, body));
    if (this.ready) URL.revokeObjectURL(this.ready.url);
    this.ready = { key, ...made, url: URL.createObjectURL(made.blob) };
    return this.ready;
  }

  async #download() {
    this.parts.download.disabled = true;
    try {
      const { name, url } = await this.#file();
      Object.assign(document.createElement("a"), { href: url, download: name }).click();
      this.say(`${name} is downloaded.`);
    } catch (error) {
      this.say(error.message, true);
    } finally {
      this.parts.download.disabled = false;
    }
  }

  #prepare() {
    this.#file().catch((error) => this.say(error.message, true));
  }

  #drag(event) {
    if (this.ready?.key !== this.#key(this.#body())) {
      event.preventDefault();
      this.#prepare();
      this.say("One moment: the file is being written. Drag it again.");
      return;
    }
    const { name, type, url, blob } = this.ready;
    document.body.dataset.dragging = "out";
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.items.add(new File([blob], name, { type }));
    event.dataTransfer.setData("DownloadURL", `${type || "application/octet-stream"}:${name}:${url}`);
  }

  draw() {
    const { parts } = this;
    const { kept, shown, edit, original, pace } = this.get();
    const layouts = LAYOUTS[parts.format.value] ?? [];
    if (this.layouts !== parts.format.value) {
      this.layouts = parts.format.value;
      parts.layout.replaceChildren(...layouts.map((name) => new Option(name === "clips" && parts.format.value === "dawproject" ? "a scene each" : WORDS[name], name)));
    }
    parts.layoutField.hidden = !layouts.length || (!kept.length && !parts.original.checked);
    parts.keepButton.disabled = isNothing(edit) || kept.length >= MOST;
    parts.commandBox.hidden = !shown.command || original;
    parts.commandTitle.textContent = `The same on the command line${pace === 1 ? "" : ", but at the tune's own tempo"}`;
    const command = shown.command ?? "";
    if (parts.command.textContent !== command) parts.command.textContent = command; // a selection in it stays
    if (this.kept === kept) return; // a button that is replaced while it is pressed does not hear the click
    this.kept = kept;
    parts.kept.replaceChildren(...kept.map((one, place) => {
      const item = document.createElement("li");
      for (const [act, label, text] of [["back", `Go back to ${one.name}`, one.name], ["drop", `Drop ${one.name}`, "×"]]) {
        const button = Object.assign(document.createElement("button"), { textContent: text });
        Object.assign(button.dataset, { act, place });
        if (act === "drop") button.setAttribute("aria-label", label);
        else button.title = label;
        item.append(button);
      }
      return item;
    }));
  }
}
