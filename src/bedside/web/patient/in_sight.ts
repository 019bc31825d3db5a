/**
 * The bars at the foot of a patient's page, the main button and the app's sections, lie over what is below.
 * What has the focus stays where they do not cover it: when it gets the focus, and when the page grows around
 * it, by a file that was chosen, a message that came, or a sentence that says what is wrong.
 */
const BARS = ".patient-foot, .app-sections";
const BESIDE = 16;

/** Where an element was in the page, and whether somebody could see it there. */
interface Place {
  element: Element;
  top: number;
  wasSeen: boolean;
}

let covered = 0;
let place: Place | null = null;

function cover(): void {
  covered = 0;
  for (const bar of document.querySelectorAll<HTMLElement>(BARS)) {
    if (getComputedStyle(bar).position === "sticky") covered += bar.offsetHeight;
  }
  document.documentElement.style.scrollPaddingBlockEnd = `${covered + BESIDE}px`;
}

function placeOf(element: Element): Place {
  const { top, bottom } = element.getBoundingClientRect();
  return { element, top: top + window.scrollY, wasSeen: top >= 0 && bottom <= window.innerHeight - covered };
}

function note(): void {
  const { activeElement: focused, body } = document;
  place = focused && focused !== body ? placeOf(focused) : null;
}

/** Somebody who scrolls away from the focus is left there. */
function scrolled(): void {
  if (place && placeOf(place.element).top === place.top) note();
}

function grown(): void {
  cover();
  const focused = document.activeElement;
  if (!focused || place?.element !== focused) return;
  const now = placeOf(focused);
  const isMoved = now.top !== place.top && place.wasSeen && !now.wasSeen;
  if (isMoved && focused.matches(":focus-visible")) focused.scrollIntoView({ block: "nearest" });
  note();
}

export function keepInSight(): void {
  const main = document.getElementById("main");
  if (!main || !("ResizeObserver" in window)) return;
  const watch = new ResizeObserver(grown);
  for (const one of [document.body, main, ...document.querySelectorAll(BARS)]) watch.observe(one);
  // After the browser has scrolled to it.
  document.addEventListener("focusin", () => window.requestAnimationFrame(note));
  document.addEventListener("scroll", scrolled, { passive: true });
}
