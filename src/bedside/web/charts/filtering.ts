/** After a filter was chosen the page is another one: the focus is put back where it was, and how many files fit is announced. */
import { announce } from "../components/announce";

const CHOSEN = "bedside-filter";

export function startFiltering(): void {
  const before = sessionStorage.getItem(CHOSEN);
  sessionStorage.removeItem(CHOSEN);
  if (before) {
    document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(before)}"]`)?.focus({ preventScroll: true });
    announce(document.querySelector("[data-filtered]")?.textContent ?? "");
  }
  document.addEventListener("click", (event) => {
    const menu = (event.target as Element).closest("[role=menuitemradio][href]")?.closest(".menu-list");
    if (menu?.id.startsWith("filter-")) sessionStorage.setItem(CHOSEN, menu.id);
  });
}
