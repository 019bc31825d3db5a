/**
 * Native dialogs. data-opens="id" opens, data-closes="id" closes, a press beside the dialog closes
 * it unless it has data-stays. The browser keeps the focus inside and restores it.
 */
import { isDrawn } from "./older_browsers";

export function openDialog(id: string): HTMLDialogElement | null {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return null;
  if (dialog.open) return dialog;
  returnToMenu(dialog);
  dialog.showModal();
  return dialog;
}

/** An item of a menu is hidden when the dialog closes: the button that opened the menu gets the focus then. */
function returnToMenu(dialog: HTMLDialogElement): void {
  const menu = document.activeElement?.closest<HTMLElement>(".menu-list");
  const opener = menu && document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!opener) return;
  const back = (): void => {
    const { activeElement: now, body } = document;
    if (!now || now === body || !isDrawn(now)) opener.focus({ preventScroll: true });
  };
  dialog.addEventListener("close", back, { once: true });
}

export function closeDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) dialog.close();
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener?.dataset.opens) {
    event.preventDefault();
    openDialog(opener.dataset.opens);
    return;
  }
  const closer = target.closest<HTMLElement>("[data-closes]");
  if (closer?.dataset.closes) closeDialog(closer.dataset.closes);
  else if (target instanceof HTMLDialogElement && !("stays" in target.dataset) && isBeside(target, event))
    target.close();
}

function isBeside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  const pressedByKey = event.clientX === 0 && event.clientY === 0;
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return !pressedByKey && !inside;
}

export function startDialogs(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("cancel", keepOpen, true);
}

function keepOpen(event: Event): void {
  if (event.target instanceof HTMLDialogElement && "stays" in event.target.dataset) event.preventDefault();
}
