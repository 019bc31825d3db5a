/**
 * “Mark reviewed” in the inbox: the row goes at once, the focus moves to the next one, and a
 * message offers Undo. A form with data-review="the message's text" works without this too.
 */
import { toast } from "../components/toasts";
import { refreshAround } from "./fragments";
import { post } from "./posts";

/** The nearest row in one direction; what stands between rows (their request) is skipped. */
function rowFrom(row: Element, way: "nextElementSibling" | "previousElementSibling"): Element | null {
  let other = row[way];
  while (other && !other.querySelector("form[data-review]")) other = other[way];
  return other;
}

function focusAfter(row: Element): void {
  const next = rowFrom(row, "nextElementSibling") ?? rowFrom(row, "previousElementSibling");
  const target =
    next?.querySelector<HTMLElement>("form[data-review] button") ?? document.querySelector<HTMLElement>("h1");
  target?.focus();
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.review === undefined) return;
  event.preventDefault();
  const row = form.closest("li, .banner");
  const list = form.closest<HTMLElement>("[data-live-fragment]");
  const said = form.dataset.review;
  const address = form.action;
  if (row?.contains(document.activeElement)) focusAfter(row);
  if (row instanceof HTMLElement) row.hidden = true;
  post(address, { reviewed: "yes" }, (ok, sentence) => {
    if (list) refreshAround(list);
    if (!ok) {
      if (row instanceof HTMLElement) row.hidden = false;
      toast(sentence, "bad");
      return;
    }
    const label = document.querySelector<HTMLElement>("[data-undo-label]")?.dataset.undoLabel ?? "";
    toast(said, "good", { label, run: () => undo(address, list) });
  });
}

function undo(address: string, list: HTMLElement | null): void {
  post(address, { reviewed: "no" }, (ok, sentence) => {
    if (!ok) toast(sentence, "bad");
    if (list) refreshAround(list);
  });
}

export function startReviews(): void {
  // First in line: the rest of the page does not see this form's submission.
  document.addEventListener("submit", onSubmit, true);
}
