/** The patient's summary: the button that prints it, where a browser can. */

function startPrinting(button: HTMLButtonElement): void {
  if (typeof window.print !== "function") return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-prints]")) startPrinting(button);
