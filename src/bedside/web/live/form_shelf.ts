/** What the person who is signed in on this page has typed or pressed and the server does not have. */
import { FormShelf } from "../uploading/kept_forms";

let shelf: FormShelf | null = null;

/** The shelf of that person; null on a page for nobody. */
export function formShelf(): FormShelf | null {
  const { draftsOwner, draftsKey } = document.querySelector<HTMLElement>("[data-drafts-key]")?.dataset ?? {};
  if (draftsOwner && draftsKey) shelf ??= new FormShelf(draftsOwner, draftsKey);
  return shelf;
}
