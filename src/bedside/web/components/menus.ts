/**
 * Menus: a button with popovertarget and a list with [popover][role=menu]. The browser opens and
 * closes; this puts the list beside its button and moves the focus by keys (ARIA menu pattern).
 */
const GAP = 4;

function openerOf(list: HTMLElement): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(list.id)}"]`);
}

/** What the focus returns to: a menu item is hidden by then, so the button that opened its menu. */
export function buttonOf(opener: HTMLElement): HTMLElement {
  const list = opener.closest<HTMLElement>(".menu-list");
  return (list && openerOf(list)) ?? opener;
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
  if (index === undefined) {
    const rest = [...items.slice(here + 1), ...items.slice(0, here + 1)];
    const found = rest.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase()));
    index = found ? items.indexOf(found) : undefined;
  }
  if (index === undefined) return false;
  items[index]?.focus();
  return true;
}

/** The menu that a button opens, if there is one. */
function listOf(button: HTMLElement): HTMLElement | null {
  const id = button.matches("[aria-haspopup=menu]") ? button.getAttribute("popovertarget") : null;
  return id === null ? null : document.getElementById(id);
}

/**
 * Puts an open list beside its button and the focus on its first item, unless it is inside already.
 */
function enter(list: HTMLElement, opener: HTMLElement): void {
  opener.setAttribute("aria-expanded", "true");
  place(list, opener);
  if (!list.contains(document.activeElement)) itemsOf(list)[0]?.focus();
}

function onToggle(event: Event): void {
  const list = event.target;
  if (!(list instanceof HTMLElement) || !list.matches(".menu-list")) return;
  const opener = openerOf(list);
  if (!opener) return;
  // The event comes a task later than the change, which may be undone by then.
  if (list.matches(":popover-open")) enter(list, opener);
  else opener.setAttribute("aria-expanded", "false");
}

function walks(event: KeyboardEvent): boolean {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  return isPlain && /^(ArrowDown|ArrowUp|Home|End|\S)$/u.test(event.key);
}

function onListKey(event: KeyboardEvent, list: HTMLElement): void {
  if (event.key === "Tab") list.hidePopover();
  else if (walks(event) && move(list, event.key)) event.preventDefault();
}

/** Arrows open the menu; a key that comes before “toggle” already navigates in it. */
function onOpenerKey(event: KeyboardEvent, opener: HTMLElement, list: HTMLElement): void {
  if (list.matches(":popover-open")) {
    if (!walks(event)) return;
    enter(list, opener);
    onListKey(event, list);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    opener.click();
    if (list.matches(":popover-open")) enter(list, opener);
  }
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const list = target.closest<HTMLElement>(".menu-list");
  const opened = listOf(target);
  if (list) onListKey(event, list);
  else if (opened) onOpenerKey(event, target, opened);
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
