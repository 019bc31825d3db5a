/** Announces something to people who do not see the change. The regions are in the layouts. */
const EMPTY_MS = 50;

export function announce(text: string, urgent = false): void {
  const region = document.getElementById(urgent ? "announce-now" : "announce");
  if (!region) return;
  // A repeated sentence is only read if the region was empty in between. What is announced meanwhile, by
  // another script of the page too, is said after it and not in its place.
  const { next } = region.dataset;
  region.dataset.next = next === undefined ? text : `${next}\n${text}`;
  region.textContent = "";
  if (next !== undefined) return;
  window.setTimeout(() => {
    region.textContent = region.dataset.next ?? "";
    delete region.dataset.next;
  }, EMPTY_MS);
}
