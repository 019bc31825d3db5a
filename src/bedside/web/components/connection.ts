/** The bar that shows whether the page is connected to the server. The live socket calls these. */
const BACK_SHOWN_MS = 4_000;

let timer = 0;

function show(state: "lost" | "rests" | "back" | ""): void {
  window.clearTimeout(timer);
  for (const bar of document.querySelectorAll<HTMLElement>("#connection [data-connection]")) {
    bar.hidden = bar.dataset.connection !== state;
  }
}

export function connectionLost(): void {
  show("lost");
  document.dispatchEvent(new CustomEvent("bedside:connection-lost"));
}

/** The server has enough connections of this person, or of this network, already. */
export function connectionRests(): void {
  show("rests");
  document.dispatchEvent(new CustomEvent("bedside:connection-lost"));
}

/** Shows “connected again”, but only to somebody who saw that it was lost. */
export function connectionBack(): void {
  const said = "#connection :is([data-connection=lost], [data-connection=rests]):not([hidden])";
  if (document.querySelector(said) === null) return;
  show("back");
  timer = window.setTimeout(() => show(""), BACK_SHOWN_MS);
}
