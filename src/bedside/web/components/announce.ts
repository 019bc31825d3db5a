/** Says something to people who do not see the change. The regions are in the layouts. */
export function announce(text: string, urgent = false): void {
  const region = document.getElementById(urgent ? "announce-now" : "announce");
  if (!region) return;
  // The same sentence twice in a row is only read when the region was empty in between.
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = text;
  }, 50);
}
