/** The bar that says whether the page hears the server. The live socket calls these. */
const BACK_SHOWN_MS = 4_000;

let timer = 0;

function show(state: "lost" | "back" | ""): void {
  window.clearTimeout(timer);
  for (const bar of document.querySelectorAll<HTMLElement>("#connection [data-connection]")) {
    bar.hidden = bar.dataset.connection !== state;
  }
}

export function connectionLost(): void {
  show("lost");
  document.dispatchEvent(new CustomEvent("bedside:connection-lost"));
}

/** Says “connected again”, but only to somebody who saw that it was lost. */
export function connectionBack(): void {
  if (document.querySelector("#connection [data-connection=lost]:not([hidden])") === null) return;
  show("back");
  timer = window.setTimeout(() => show(""), BACK_SHOWN_MS);
}
