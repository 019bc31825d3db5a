/**
 * The panel that slides in from the right. A link with data-panel-open and hx-get,
 * hx-target="#panel-body" fills it; without script the link opens the page itself. Live updates of
 * the panel's content never move the focus: only a person who opened it does.
 */
/** Where the panel covers the page (see shell.css); elsewhere it is beside it. */
const COVERS_PAGE = "(max-width: 60rem)";

let opener: HTMLElement | null = null;

function panel(): HTMLElement | null {
  return document.getElementById("panel");
}

/**
 * Over the page the panel is a dialog, and what is below cannot be reached; beside it, it is not.
 */
function cover(covered: boolean): void {
  for (const part of document.querySelectorAll<HTMLElement>(".page, .rail")) part.inert = covered;
  const element = panel();
  element?.setAttribute("role", covered ? "dialog" : "complementary");
  if (covered) element?.setAttribute("aria-modal", "true");
  else element?.removeAttribute("aria-modal");
}

function markRow(link: HTMLElement | null): void {
  for (const row of document.querySelectorAll(".row-selected")) row.classList.remove("row-selected");
  link?.closest(".row")?.classList.add("row-selected");
}

/** Shows the panel and moves the focus to its title. */
export function openPanel(from: HTMLElement | null = null): void {
  const element = panel();
  if (!element) return;
  if (from) opener = from;
  element.hidden = false;
  element.closest<HTMLElement>(".shell")?.setAttribute("data-front", "panel");
  cover(window.matchMedia(COVERS_PAGE).matches);
  markRow(from);
  const title = element.querySelector<HTMLElement>("[data-panel-title]") ?? element;
  title.focus({ preventScroll: true });
}

/** Hides the panel and returns the focus to what opened it, or to the element with its id now. */
export function closePanel(): void {
  const element = panel();
  if (!element || element.hidden) return;
  element.hidden = true;
  cover(false);
  markRow(null);
  const back =
    opener?.isConnected && opener.checkVisibility() ? opener : opener?.id ? document.getElementById(opener.id) : null;
  (back ?? document.getElementById("main"))?.focus({ preventScroll: true });
  opener = null;
  document.dispatchEvent(new CustomEvent("bedside:panel-closed"));
}

export function startPanel(): void {
  const element = panel();
  if (!element) return;
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const beside = document.querySelector<HTMLElement>(".page")?.inert && !target.closest("#panel, dialog, .toasts");
    if (beside || target.closest("[data-panel-close]")) closePanel();
  });
  element.addEventListener("htmx:afterSwap", (event) => {
    const from = (event as CustomEvent<{ requestConfig?: { elt?: unknown } }>).detail.requestConfig?.elt;
    if (from instanceof HTMLElement && from.matches("[data-panel-open]")) openPanel(from);
  });
  document.addEventListener("keydown", (event) => {
    const busy = document.querySelector("dialog[open], [popover]:popover-open");
    if (event.key === "Escape" && !event.defaultPrevented && !busy) closePanel();
  });
  if (!element.hidden) cover(window.matchMedia(COVERS_PAGE).matches);
  window.matchMedia(COVERS_PAGE).addEventListener("change", (change) => cover(change.matches && !element.hidden));
}
