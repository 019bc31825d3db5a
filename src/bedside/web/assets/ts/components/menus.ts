/**
 * Menus: a button with popovertarget and a list with [popover][role=menu]. The browser opens and
 * closes; this puts the list beside its button and moves the focus by keys (ARIA menu pattern).
 */
const GAP = 4;

function openerOf(list: HTMLElement): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(list.id)}"]`);
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(".menu-item:not(:disabled)")];
}

function place(list: HTMLElement, opener: HTMLElement): void {
  const button = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const rtl = document.documentElement.dir === "rtl";
  const besideEnd = opener.classList.contains("button-icon") || opener.classList.contains("person");
  const alignEnd = besideEnd !== rtl;
  let left = alignEnd ? button.right - width : button.left;
  let top = button.bottom + GAP;
  if (top + height > window.innerHeight - GAP && button.top - height - GAP > GAP) top = button.top - height - GAP;
  left = Math.max(GAP * 2, Math.min(left, window.innerWidth - width - GAP * 2));
  top = Math.max(GAP, Math.min(top, window.innerHeight - height - GAP));
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
}

function move(list: HTMLElement, key: string): boolean {
  const items = itemsOf(list);
  const here = items.indexOf(document.activeElement as HTMLElement);
  const targets: Record<string, number> = {
    ArrowDown: (here + 1) % items.length,
    ArrowUp: (here - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  let index = targets[key];
  if (index === undefined && key.length === 1 && key !== " ") {
    const rest = [...items.slice(here + 1), ...items.slice(0, here + 1)];
    const found = rest.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase()));
    index = found ? items.indexOf(found) : undefined;
  }
  if (index === undefined) return false;
  items[index]?.focus();
  return true;
}

function onToggle(event: Event): void {
  const list = event.target;
  if (!(list instanceof HTMLElement) || !list.matches(".menu-list")) return;
  const opener = openerOf(list);
  const open = (event as ToggleEvent).newState === "open";
  opener?.setAttribute("aria-expanded", String(open));
  if (!open || !opener) return;
  place(list, opener);
  itemsOf(list)[0]?.focus();
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const list = target.closest<HTMLElement>(".menu-list");
  if (!list) {
    const opensMenu = target.matches("[aria-haspopup=menu]") && (event.key === "ArrowDown" || event.key === "ArrowUp");
    if (opensMenu) {
      event.preventDefault();
      target.click();
    }
    return;
  }
  if (event.key === "Tab") list.hidePopover();
  else if (!event.ctrlKey && !event.metaKey && !event.altKey && move(list, event.key)) event.preventDefault();
}

function onClick(event: MouseEvent): void {
  const item = (event.target as Element).closest<HTMLElement>(".menu-item");
  item?.closest<HTMLElement>(".menu-list:popover-open")?.hidePopover();
}

export function startMenus(): void {
  // “toggle” does not bubble.
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  window.addEventListener("resize", () => {
    for (const list of document.querySelectorAll<HTMLElement>(".menu-list:popover-open")) list.hidePopover();
  });
}
