/**
 * Small forms that are sent without leaving the page: data-quiet is the message shown then.
 * data-undo holds the fields that undo it, as a query (“open=no”), and data-undo-at the address if
 * it is another one. A button may have its own of all of them, and its own address. With
 * data-closes-panel the panel is closed afterwards. They work without script too.
 */
import { closePanel } from "../components/panel";
import { toast } from "../components/toasts";
import { dropDraft } from "../live/drafts";
import { refreshAround } from "../live/fragments";
import { post } from "../live/posts";

function fieldsOf(form: HTMLFormElement, submitter: HTMLElement | null): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") fields[name] = value;
  return fields;
}

function send(form: HTMLFormElement, address: string, fields: Record<string, string>, done: () => void): void {
  const around = form.closest<HTMLElement>("[data-live-fragment]");
  post(address, fields, (ok, sentence) => {
    if (around) refreshAround(around);
    if (ok) done();
    else toast(sentence, "bad");
  });
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.quiet === undefined) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  const { quiet: said = "", undo, undoAt } = button?.dataset.quiet ? button.dataset : form.dataset;
  const address = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const label = document.querySelector<HTMLElement>("[data-undo-label]")?.dataset.undoLabel ?? "";
  const back = undo ? Object.fromEntries(new URLSearchParams(undo)) : null;
  send(form, address, fieldsOf(form, event.submitter), () => {
    dropDraft(form);
    form.closest("dialog")?.close();
    // by now the panel may show somebody else
    if (form.dataset.closesPanel !== undefined && form.isConnected) closePanel();
    toast(said, "good", back ? { label, run: () => send(form, undoAt ?? address, back, () => undefined) } : undefined);
  });
}

export function startQuietForms(): void {
  document.addEventListener("submit", onSubmit, true);
}
