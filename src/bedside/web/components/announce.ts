/** Announces something to people who do not see the change. The regions are in the layouts. */
export function announce(text: string, urgent = false): void {
  const region = document.getElementById(urgent ? "announce-now" : "announce");
  if (!region) return;
  // A repeated sentence is only read if the region was empty in between.
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = text;
  }, 50);
}
