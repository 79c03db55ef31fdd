// Exports: files by download and by drag, the variations that were kept, and the command.

/** @import { ExportRequest, FormatInfo } from "./messages" */
/** @import { Edit } from "./edit.js" */
/** @import { KeptVariation } from "./store.js" */
/** @import { Tools } from "./state.js" */

import * as api from "./api.js";
import { $, button, input, make, select } from "./dom.js";
import { isEmpty, toRequest } from "./edit.js";

/** @typedef {{ key: string, name: string, type: string, blob: Blob, url: string }} ExportedFile */

/** @type {Record<string, string>} */
const LAYOUTS = { tracks: "a track each", sequence: "one after another", clips: "a file each (ZIP)" };
const SCENES = "a scene each";
const MAX_KEPT = 15;

export class Exports {
  /** @type {FormatInfo[]} */
  #formats = [];
  /** The latest file. @type {ExportedFile | null} */
  #file = null;
  /** The format whose layouts are listed. */
  #layoutsOf = "";
  /** The variations that are listed. @type {KeptVariation[] | null} */
  #listed = null;

  /**
   * @param {Tools} tools
   * @param {(kept: KeptVariation[]) => void} keep
   */
  constructor({ get, say, change, withSession }, keep) {
    this.get = get;
    this.say = say;
    this.withSession = withSession;
    select("format").addEventListener("change", () => this.draw());
    for (const id of ["layout", "with-original"]) $(id).addEventListener("change", () => (this.#file = null));
    button("download").addEventListener("click", () => this.#download());
    for (const event of ["pointerenter", "pointerdown", "touchstart"]) {
      $("drag").addEventListener(event, () => this.#prepare(), { passive: true });
    }
    $("drag").addEventListener("dragstart", (event) => this.#drag(event));
    $("drag").addEventListener("dragend", () => document.body.removeAttribute("data-dragging"));
    button("keep").addEventListener("click", () => {
      const { kept, edit } = get();
      keep([...kept, { name: `Variation ${nextNumber(kept)}`, edit }]);
    });
    $("kept").addEventListener("click", ({ target }) => {
      const { kept } = get();
      const { act, index } = /** @type {HTMLElement} */ (target).dataset;
      const selected = kept[Number(index)];
      if (act === "restore") change(selected.edit);
      if (act === "remove") keep(kept.filter((variation) => variation !== selected));
    });
    button("copy").addEventListener("click", () => this.#copy());
  }

  /** Whether a file is ready, for tests. */
  get ready() {
    return this.#file !== null;
  }

  /** @param {FormatInfo[]} formats */
  fill(formats) {
    this.#formats = formats;
    select("format").replaceChildren(...formats.map(({ key, label }) => new Option(label, key)));
  }

  #format() {
    return this.#formats.find(({ key }) => key === select("format").value) ?? this.#formats[0];
  }

  #layout() {
    return this.#format().layouts.find((layout) => layout === select("layout").value) ?? null;
  }

  /**
   * Return the request for an export: the variations that were kept, and the present one unless it is among them.
   * @returns {ExportRequest}
   */
  #request() {
    const { kept, edit, shown, session, pace } = this.get();
    const variations = kept.map((variation) => ({ name: variation.name, edit: toRequest(session, variation.edit) }));
    if (!kept.some((variation) => sameEdit(variation.edit, edit))) {
      const name = isEmpty(edit) ? "Original" : "Variation";
      variations.push({ name, edit: { ...toRequest(session, edit), loop: shown.loop ?? "auto" } });
    }
    const original = input("with-original").checked && !variations.some(({ name }) => name === "Original");
    const several = variations.length + Number(original) > 1;
    const layout = several ? this.#layout() : null;
    return { format: this.#format().key, layout, variations, original, bpm: pace === 1 ? null : pace * session.bpm };
  }

  /**
   * Return what identifies a file: the request, and the tune, which may be another one with the same edits.
   * @param {ExportRequest} request
   */
  #key(request) {
    const { id, reading } = this.get().session;
    return JSON.stringify([id, reading, request]);
  }

  async #export() {
    const request = this.#request();
    const key = this.#key(request);
    if (this.#file?.key === key) return this.#file;
    const file = await this.withSession((session) => api.exportFile(session, request));
    if (this.#file) URL.revokeObjectURL(this.#file.url);
    this.#file = { key, ...file, url: URL.createObjectURL(file.blob) };
    return this.#file;
  }

  async #download() {
    button("download").disabled = true;
    try {
      const { name, url } = await this.#export();
      Object.assign(document.createElement("a"), { href: url, download: name }).click();
      this.say(`${name} was downloaded.`);
    } catch (error) {
      this.say(/** @type {Error} */ (error).message, true);
    } finally {
      button("download").disabled = false;
    }
  }

  #prepare() {
    this.#export().catch((error) => this.say(error.message, true));
  }

  /** @param {DragEvent} event */
  #drag(event) {
    if (!this.#file || !event.dataTransfer || this.#file.key !== this.#key(this.#request())) {
      event.preventDefault();
      this.#prepare();
      this.say("The file is being written: drag it again in a moment.");
      return;
    }
    const { name, type, url, blob } = this.#file;
    document.body.dataset.dragging = "out";
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.items.add(new File([blob], name, { type }));
    event.dataTransfer.setData("DownloadURL", `${type || "application/octet-stream"}:${name}:${url}`);
  }

  async #copy() {
    const command = $("command");
    try {
      await navigator.clipboard.writeText(command.textContent ?? "");
      this.say("The command was copied to the clipboard.");
    } catch {
      getSelection()?.selectAllChildren(command);
      this.say("The command is selected: copy it with the keyboard.");
    }
  }

  draw() {
    const { kept, shown, edit, original, pace } = this.get();
    const format = this.#format();
    const { layouts } = format;
    if (this.#layoutsOf !== format.key) {
      this.#layoutsOf = format.key;
      /** @param {string} layout */
      const label = (layout) => (layout === "clips" && format.scenes ? SCENES : LAYOUTS[layout] ?? layout);
      select("layout").replaceChildren(...layouts.map((layout) => new Option(label(layout), layout)));
    }
    $("layout-field").hidden = !layouts.length || (!kept.length && !input("with-original").checked);
    button("keep").disabled = isEmpty(edit) || kept.length >= MAX_KEPT;
    $("command-box").hidden = !shown.command || original;
    $("command-title").textContent = `The same as a command${pace === 1 ? "" : ", but at the tune's own tempo"}`;
    const command = $("command");
    if (command.textContent !== shown.command) command.textContent = shown.command; // a selection in it stays
    if (this.#listed === kept) return; // a button that is replaced while it is pressed gets no click
    this.#listed = kept;
    $("kept").replaceChildren(...kept.map(item));
  }
}

/**
 * @param {Edit} a
 * @param {Edit} b
 */
const sameEdit = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {KeptVariation[]} kept */
const nextNumber = (kept) => Math.max(0, ...kept.map(({ name }) => Number(name.split(" ")[1]) || 0)) + 1;

/**
 * Return the list item of a variation that was kept.
 * @param {KeptVariation} variation
 * @param {number} index
 */
function item({ name }, index) {
  const element = document.createElement("li");
  const restore = make("button", element, { textContent: name, title: `Go back to ${name}` });
  const remove = make("button", element, { textContent: "×" });
  remove.setAttribute("aria-label", `Remove ${name}`);
  Object.assign(restore.dataset, { act: "restore", index });
  Object.assign(remove.dataset, { act: "remove", index });
  return element;
}
