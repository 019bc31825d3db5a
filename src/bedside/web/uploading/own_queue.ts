/** Whose files the pages of the app may send, as the server says, and the key to what is kept of them. */
export interface Owner {
  owner: string;
  key: string;
}

export function ownQueue(): Owner | null {
  const { draftsOwner: owner, draftsKey: key } =
    document.querySelector<HTMLElement>("[data-drafts-key]")?.dataset ?? {};
  return owner && key ? { owner, key } : null;
}
