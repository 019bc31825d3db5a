/** Fetches pieces of pages that the server renders. */
import { contentOf } from "../live/fragment";

export interface Part {
  /** The address after redirects. */
  address: string;
  status: number;
  body: DocumentFragment;
}

export interface Asking {
  /** Fields to post. */
  form?: FormData;
  /** The page asks by itself: this does not count as use. */
  background?: boolean;
}

/** Markup as sent by the server: the page rewrites times every few seconds. */
export function likeness(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const time of copy.querySelectorAll("time")) time.textContent = "";
  for (const image of copy.querySelectorAll("img")) image.removeAttribute("style");
  return copy.outerHTML.replace(/ aria-busy="true"/g, "");
}

/** A piece of a page; null if there is nothing to show of it (signed out, no connection). */
export async function fetchPart(
  address: string,
  name: string,
  { form, background = false }: Asking = {},
): Promise<Part | null> {
  const headers: Record<string, string> = { accept: "text/html", "bedside-part": name };
  if (background) headers["X-Background"] = "1";
  const fields = form && new URLSearchParams([...form].map(([key, value]) => [key, String(value)]));
  let answer: Response;
  try {
    answer = await fetch(address, fields ? { method: "POST", headers, body: fields } : { headers });
  } catch {
    return null;
  }
  const body = contentOf(await answer.text());
  const isPart = !body.querySelector("title");
  return isPart ? { address: answer.url, status: answer.status, body } : null;
}
