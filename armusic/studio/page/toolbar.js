// A toolbar is one stop of the Tab key; arrow keys go from control to control. Fields in it keep their own keys.

/** @type {Record<string, (place: number, count: number) => number>} */
const MOVES = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};
const STOPS = ':is(button, input[type="checkbox"]):not(#sound-tools *)'; // a panel is no part of it

/** @param {HTMLElement} bar */
export function rove(bar) {
  /** The control that has, or had, the focus. @type {HTMLButtonElement | undefined} */
  let current;
  const all = () => /** @type {HTMLButtonElement[]} */ ([...bar.querySelectorAll(STOPS)]);
  const usable = () => all().filter((control) => !control.disabled && control.checkVisibility());
  const settle = () => {
    const controls = usable();
    const follows = (/** @type {Node} */ control) =>
      current && current.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING;
    const stop = current && controls.includes(current) ? current : controls.find(follows) ?? controls[0];
    for (const control of all()) control.tabIndex = control === stop ? 0 : -1;
    if (current?.disabled && bar.dataset.active) stop?.focus(); // Undo undid the last step: the focus stays in the bar
  };
  bar.addEventListener("focusin", ({ target }) => {
    bar.dataset.active = "true";
    current = all().find((control) => control === target) ?? current;
    settle();
  });
  bar.addEventListener("focusout", ({ relatedTarget, target }) => {
    const lost = target instanceof HTMLButtonElement && target.disabled;
    if (!lost && !(relatedTarget instanceof Node && bar.contains(relatedTarget))) delete bar.dataset.active;
  });
  bar.addEventListener("keydown", (event) => {
    const controls = usable();
    const place = controls.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const move = MOVES[event.key];
    if (place < 0 || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    controls[move(place, controls.length)].focus();
  });
  const attributeFilter = ["disabled", "hidden"];
  new MutationObserver(settle).observe(bar, { subtree: true, childList: true, attributeFilter });
  new ResizeObserver(settle).observe(bar);
  settle();
}
