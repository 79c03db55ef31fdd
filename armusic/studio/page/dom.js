// Elements of the page, by their ids or new.

/** @param {string} id */
export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
export const button = (id) => /** @type {HTMLButtonElement} */ ($(id));

/** @param {string} id */
export const canvas = (id) => /** @type {HTMLCanvasElement} */ ($(id));

/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ ($(id));

/** @param {string} id */
export const select = (id) => /** @type {HTMLSelectElement} */ ($(id));

/**
 * Append a new element to a parent.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Element} parent
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const make = (tag, parent, properties = {}) =>
  Object.assign(parent.appendChild(document.createElement(tag)), properties);
