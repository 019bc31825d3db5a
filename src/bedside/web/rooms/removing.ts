/**
 * Remove with undo: the row goes at once, and the patient a few seconds later, because what has
 * ended for a patient cannot be undone. A pending removal is sent before anything else: “Next
 * patient” must not bring back a removed patient. Without script the link leads to a confirmation
 * page.
 */
import { closePanel } from "../components/panel";
import { toast } from "../components/toasts";
import { refreshAround } from "../live/fragments";
import { post } from "../live/posts";

const UNDO_MS = 8_000;

interface Removal {
  address: string;
  timer: number;
  close: () => void;
}

const waiting = new Map<string, Removal>();

function rowOf(visit: string): HTMLElement | null {
  return document.getElementById(`row-${visit}`);
}

function hide(visit: string, hidden: boolean): void {
  const row = rowOf(visit);
  if (row) row.hidden = hidden;
}

function focusAfter(row: HTMLElement | null): void {
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  (next?.querySelector<HTMLElement>(".row-title") ?? document.querySelector<HTMLElement>("h1"))?.focus();
}

/** Resolves when the server has answered. */
function send(visit: string, removal: Removal): Promise<void> {
  window.clearTimeout(removal.timer);
  removal.close();
  waiting.delete(visit);
  const row = rowOf(visit);
  return new Promise((resolve) => {
    post(removal.address, {}, (ok, sentence) => {
      if (!ok) {
        hide(visit, false);
        toast(sentence, "bad");
      }
      if (row?.isConnected) refreshAround(row);
      resolve();
    });
  });
}

function undo(visit: string): void {
  const removal = waiting.get(visit);
  if (!removal) return;
  window.clearTimeout(removal.timer);
  waiting.delete(visit);
  hide(visit, false);
  rowOf(visit)?.querySelector<HTMLElement>(".row-title")?.focus();
}

function remove(link: HTMLAnchorElement, visit: string): void {
  if (waiting.has(visit)) return;
  const row = rowOf(visit);
  const inPanel = link.closest("#panel") !== null;
  const label = document.querySelector<HTMLElement>("[data-undo-label]")?.dataset.undoLabel ?? "";
  const timer = window.setTimeout(() => void send(visit, removal), UNDO_MS);
  const close = toast(link.dataset.said ?? "", "info", { label, run: () => undo(visit) });
  const removal: Removal = { address: link.href, timer, close };
  waiting.set(visit, removal);
  if (inPanel) closePanel();
  focusAfter(row);
  hide(visit, true);
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-remove-visit]");
  const visit = link?.dataset.removeVisit;
  if (!link || !visit) return;
  event.preventDefault();
  remove(link, visit);
}

/** In order: pending removals are sent first, and this form after them. */
function onSubmit(event: SubmitEvent): void {
  const { target: form, submitter } = event;
  if (waiting.size === 0 || !(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const sent = [...waiting].map(([visit, removal]) => send(visit, removal));
  void Promise.all(sent).then(() => form.requestSubmit(submitter));
}

/** A page that is left sends its pending removals. */
function onLeave(): void {
  for (const { address } of waiting.values()) {
    void fetch(address, {
      method: "POST",
      body: new URLSearchParams(),
      keepalive: true,
      headers: { Accept: "application/json" },
    });
  }
  waiting.clear();
}

export function startRemoving(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("bedside:fragment", () => {
    for (const visit of waiting.keys()) hide(visit, true);
  });
  window.addEventListener("pagehide", onLeave);
}
