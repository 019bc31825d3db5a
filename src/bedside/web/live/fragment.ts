/** Pieces of pages that the server renders for scripts. morph.ts puts them in place. */

/** The server does not render it; with the status 401 the session has ended. */
export class NotRendered extends Error {
  constructor(readonly status: number) {
    super(String(status));
  }
}

export interface Asking {
  signal?: AbortSignal;
  /** Somebody asked for it. What a page asks for by itself does not count as use. */
  byHand?: boolean;
}

export function contentOf(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** What the server renders at an address. Throws NotRendered, or what `fetch` throws. */
export async function fragmentOf(address: string, { signal, byHand = false }: Asking = {}): Promise<DocumentFragment> {
  const headers: Record<string, string> = { "HX-Request": "true" };
  if (!byHand) headers["X-Background"] = "1";
  const answer = await fetch(address, { headers, signal: signal ?? null });
  if (!answer.ok) throw new NotRendered(answer.status);
  return contentOf(await answer.text());
}
