/** Where the focus goes when what lay over or beside a page is closed. */
import { buttonOf } from "./menus";
import { isDrawn } from "./older_browsers";

/**
 * What the focus returns to after something that `from` opened. An entry of the palette is gone by then:
 * what had the focus before it.
 */
export function openerOf(from: HTMLElement): HTMLElement {
  const button = buttonOf(from);
  const { activeElement } = document;
  return !isDrawn(button) && activeElement instanceof HTMLElement ? activeElement : button;
}

/** Returns the focus to the opener, to the element that has its id now, or to the page. */
export function giveBackFocus(opener: HTMLElement | null): void {
  const again = opener?.id ? document.getElementById(opener.id) : null;
  const isThere = (one: HTMLElement | null): boolean =>
    one !== null && one !== document.body && one.isConnected && isDrawn(one);
  const back = [opener, again].find(isThere) ?? document.getElementById("main");
  back?.focus({ preventScroll: true });
}
