/**
 * Pages that open over the page they were requested from: a link with data-in-dialog. The server
 * answers a script with <dialog id="in-dialog">; without script the link leads to the page itself.
 */
import htmx from "htmx.org";
import { buttonOf } from "../components/menus";
import { toast } from "../components/toasts";
import { contentOf } from "./fragment";
import { scanFragments } from "./fragments";

const ID = "in-dialog";
/** Dispatched by the dialog once it is open. */
export const SHOWN_IN_DIALOG = "bedside:in-dialog";

function gone(dialog: HTMLDialogElement, back: HTMLElement | null): void {
  dialog.remove();
  scanFragments();
  if (back?.isConnected) back.focus({ preventScroll: true });
}

/** Shows the server's answer as a dialog, replacing an open one. */
export function showInDialog(html: string, back: HTMLElement | null = null): HTMLDialogElement | null {
  document.getElementById(ID)?.remove();
  const dialog = contentOf(html).querySelector("dialog");
  if (!dialog) return null;
  document.body.append(dialog);
  htmx.process(dialog);
  dialog.addEventListener("close", () => gone(dialog, back));
  dialog.showModal();
  scanFragments();
  dialog.dispatchEvent(new CustomEvent(SHOWN_IN_DIALOG, { bubbles: true }));
  return dialog;
}

/**
 * Fetches a page and shows it as a dialog; `back` gets the focus afterwards. Rejects if the server
 * cannot be reached.
 */
export async function openInDialog(address: string, back: HTMLElement | null): Promise<void> {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (answer.ok && showInDialog(await answer.text(), back)) return;
  const said = (await answer.json()) as { sentence?: string };
  toast(said.sentence ?? "", "bad");
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-in-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void openInDialog(link.href, buttonOf(link)).catch(() => window.location.assign(link.href));
}

/** A field that hides the choices that do not contain its words. */
function onInput(event: Event): void {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.dataset.filters) return;
  const words = field.value.trim().toLocaleLowerCase();
  for (const choice of document.getElementById(field.dataset.filters)?.querySelectorAll<HTMLElement>("[data-words]") ??
    []) {
    choice.hidden = !(choice.dataset.words ?? "").includes(words);
  }
}

export function startInDialog(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("input", onInput);
}
