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

/** Why there is no piece: the network is gone, or the answer is a page (of signing in, of an error). */
export type Missing = "no connection" | "a page";

/** A piece of a page, or why there is none. */
export async function fetchPart(
  address: string,
  name: string,
  { form, background = false }: Asking = {},
): Promise<Part | Missing> {
  const headers: Record<string, string> = { accept: "text/html", "bedside-part": name };
  if (background) headers["X-Background"] = "1";
  const fields = form && new URLSearchParams([...form].map(([key, value]) => [key, String(value)]));
  let answer: Response;
  try {
    answer = await fetch(address, fields ? { method: "POST", headers, body: fields } : { headers });
  } catch {
    return "no connection";
  }
  const body = contentOf(await answer.text());
  const isPart = !body.querySelector("title");
  return isPart ? { address: answer.url, status: answer.status, body } : "a page";
}
