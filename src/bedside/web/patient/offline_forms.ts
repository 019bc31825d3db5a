/**
 * Forms that ask something of the clinic at once: without network they say so and keep what was typed,
 * instead of the browser's page about it.
 */

export function startOfflineForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-needs-network]")) {
    const said = form.querySelector<HTMLElement>("[data-no-network]");
    if (!said) continue;
    const refuse = (event: Event): void => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      said.hidden = false;
      said.scrollIntoView({ block: "nearest" });
    };
    form.addEventListener("submit", refuse, { capture: true });
    window.addEventListener("online", () => {
      said.hidden = true;
    });
  }
}
