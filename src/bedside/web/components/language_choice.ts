/**
 * The choice of a language lies over the page, so it closes like a menu: with Esc, and when the focus or a
 * press goes elsewhere. Without script it is a plain <details>.
 */
const OPEN = "details.language-choice[open]";

function open(): HTMLDetailsElement | null {
  return document.querySelector<HTMLDetailsElement>(OPEN);
}

function closeUnlessIn(target: EventTarget | null): void {
  const choice = open();
  if (choice && target instanceof Node && !choice.contains(target)) choice.open = false;
}

export function startLanguageChoice(): void {
  document.addEventListener("focusin", (event) => closeUnlessIn(event.target));
  document.addEventListener("click", (event) => closeUnlessIn(event.target));
  document.addEventListener("keydown", (event) => {
    const choice = event.key === "Escape" && !event.defaultPrevented ? open() : null;
    if (!choice) return;
    choice.open = false;
    choice.querySelector("summary")?.focus();
    event.preventDefault();
  });
}
