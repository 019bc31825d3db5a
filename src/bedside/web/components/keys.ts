/**
 * Single keys. An element with data-key="n" is pressed by “n” anywhere outside a text field; “?”
 * lists the keys of the page, and of the one beside it in a call. WCAG 2.1.4 (character key shortcuts): they can be switched off.
 */
import { openDialog } from "./dialogs";
import { isDrawn } from "./older_browsers";

/** Undoes what the newest message offers to undo; Ctrl-Z does too. */
const UNDO = "z";
const SWITCH = "bedside-single-keys";

export function singleKeysOn(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

/** Whether a key press is text and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches("input:not([type=checkbox],[type=radio],[type=button]), textarea, select")
  );
}

function shown(element: HTMLElement): boolean {
  return isDrawn(element);
}

/**
 * This page, and the one beside it: in a call the console is in a frame of the call window. Keys of
 * both work wherever the focus is; this page's own come first.
 */
function pages(): Document[] {
  try {
    if (window.parent !== window) return [document, window.parent.document];
    const beside = document.querySelector<HTMLIFrameElement>("iframe[data-console]");
    const page = beside && isDrawn(beside) ? beside.contentDocument : null;
    return page?.documentElement.dataset.framed === undefined ? [document] : [document, page];
  } catch {
    return [document]; // the browser's own page for “no connection” cannot be read
  }
}

function pressIn(page: Document, key: string): boolean {
  const all = [...page.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)];
  // A key of a closed menu works as well: its item is pressed without opening the menu.
  const target =
    (key === UNDO ? all.reverse() : all).find(shown) ?? all.find((element) => element.matches(".menu-item"));
  target?.click();
  return target !== undefined;
}

function press(key: string): boolean {
  return pages().some((page) => !page.querySelector("dialog[open]") && pressIn(page, key));
}

function isUndo(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === UNDO;
}

function onKey(event: KeyboardEvent): void {
  if (isUndo(event) && !event.defaultPrevented && !isTyping(event.target)) {
    if (press(UNDO)) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
  if (!singleKeysOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if ((event.target as Element).closest?.("[role=menu]")) return;
  if (event.key === "?") openDialog("keys");
  else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
}

/** What pressing an element does; a switch shows one of two texts. */
function wordsOf(element: HTMLElement): string {
  const label = element.querySelector<HTMLElement>(".when-on span, .menu-item > span:not(.menu-radio), :scope > span");
  return label?.textContent.trim() || (element.getAttribute("aria-label") ?? "");
}

/** Writes the keys of this page into the list before it is shown. */
function fillList(dialog: HTMLElement): void {
  const list = dialog.querySelector<HTMLElement>("[data-keys-list]");
  if (!list) return;
  for (const made of list.querySelectorAll("[data-made]")) made.remove();
  const seen = new Set(["?", "/", UNDO]);
  for (const element of pages().flatMap((page) => [...page.querySelectorAll<HTMLElement>("[data-key]")])) {
    const key = element.dataset.key ?? "";
    const words = wordsOf(element);
    if (!key || seen.has(key)) continue;
    seen.add(key);
    const term = Object.assign(document.createElement("dt"), { textContent: words });
    const keys = document.createElement("dd");
    keys.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    for (const made of [term, keys]) {
      made.dataset.made = "";
      list.append(made);
    }
  }
}

export function startKeys(): void {
  document.addEventListener("keydown", onKey);
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  new MutationObserver(() => {
    if (dialog.hasAttribute("open")) fillList(dialog);
  }).observe(dialog, { attributeFilter: ["open"] });
  const toggle = dialog.querySelector<HTMLInputElement>("[data-keys-switch]");
  if (!toggle) return;
  toggle.checked = singleKeysOn();
  toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
}
