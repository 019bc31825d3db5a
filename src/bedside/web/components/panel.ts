/**
 * The panel that slides in from the right. A link with data-panel-open and hx-get,
 * hx-target="#panel-body" fills it; without script the link opens the page itself. Live updates of
 * the panel's content never move the focus: only a person who opened it does.
 *
 * Beside a page of another patient the panel covers that page, so that nothing can be done in the
 * wrong chart, and says whose card it is.
 */
import { giveBackFocus, openerOf } from "./given_back";

/** What htmx says of a request. */
interface Asked {
  xhr: unknown;
  requestConfig?: { elt?: unknown };
  shouldSwap?: boolean;
}

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

/** Whether the page belongs to a patient, and the panel to another. */
function isOfAnother(element: HTMLElement): boolean {
  const open = /^\/patients\/(pat_[^/]+)/.exec(location.pathname)?.[1];
  const shown = element.querySelector<HTMLElement>("[data-panel-of]")?.dataset.panelOf;
  return open !== undefined && shown !== undefined && open !== shown;
}

function showWhose(element: HTMLElement): boolean {
  const isOther = isOfAnother(element);
  element.toggleAttribute("data-of-another", isOther);
  const band = element.querySelector<HTMLElement>("[data-panel-other]");
  if (band) band.hidden = !isOther;
  return isOther;
}

function markRow(link: HTMLElement | null): void {
  for (const row of document.querySelectorAll(".row-selected")) row.classList.remove("row-selected");
  link?.closest(".row")?.classList.add("row-selected");
}

/** Shows the panel and moves the focus to its title. */
export function openPanel(from: HTMLElement | null = null): void {
  const element = panel();
  if (!element) return;
  if (from) opener = openerOf(from);
  element.hidden = false;
  element.closest<HTMLElement>(".shell")?.setAttribute("data-front", "panel");
  cover(showWhose(element) || window.matchMedia(COVERS_PAGE).matches);
  markRow(from);
  const title = element.querySelector<HTMLElement>("[data-panel-title]") ?? element;
  title.focus({ preventScroll: true });
}

/** Hides the panel and returns the focus to what opened it, or to the element with its id now. */
export function closePanel(): void {
  const element = panel();
  if (!element || element.hidden) return;
  element.hidden = true;
  element.removeAttribute("data-of-another");
  cover(false);
  markRow(null);
  giveBackFocus(opener);
  opener = null;
  document.dispatchEvent(new CustomEvent("bedside:panel-closed"));
}

/** The answer to an earlier press may come after that to a later one: it is not shown any more. */
function onlyNewest(element: HTMLElement): void {
  let newest: unknown = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const from = event.target;
    if (from instanceof Element && from.matches("[data-panel-open]")) newest = (event as CustomEvent<Asked>).detail.xhr;
  });
  element.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<Asked>;
    const from = detail.requestConfig?.elt;
    const isOpening = from instanceof Element && from.matches("[data-panel-open]");
    if (isOpening && detail.xhr !== newest) detail.shouldSwap = false;
  });
}

export function startPanel(): void {
  const element = panel();
  if (!element) return;
  const recover = (): void => {
    if (!element.hidden) cover(showWhose(element) || window.matchMedia(COVERS_PAGE).matches);
  };
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const beside = document.querySelector<HTMLElement>(".page")?.inert && !target.closest("#panel, dialog, .toasts");
    if (beside || target.closest("[data-panel-close]")) closePanel();
  });
  onlyNewest(element);
  element.addEventListener("htmx:afterSwap", (event) => {
    const from = (event as CustomEvent<{ requestConfig?: { elt?: unknown } }>).detail.requestConfig?.elt;
    if (from instanceof HTMLElement && from.matches("[data-panel-open]")) openPanel(from);
    else recover();
  });
  document.addEventListener("keydown", (event) => {
    const busy = document.querySelector("dialog[open], [popover]:popover-open");
    if (event.key === "Escape" && !event.defaultPrevented && !busy) closePanel();
  });
  recover();
  window.matchMedia(COVERS_PAGE).addEventListener("change", recover);
}
