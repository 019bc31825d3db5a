import { patience } from "../components/older_browsers";

/** Where a page asks whether its person is still signed in, and where one signs in again. */
function places(): { asks: string; door: string } {
  const { draftsAsks, draftsDoor } = document.querySelector<HTMLElement>("[data-drafts-key]")?.dataset ?? {};
  return { asks: draftsAsks ?? "/account/time-left", door: draftsDoor ?? "/sign-in" };
}

/** A network that hangs is none. */
const PATIENCE_MS = 5_000;

/** Whether the server can be reached, and the person is still signed in. */
export type Reached = "there" | "signed out" | "no connection";

export async function reached(): Promise<Reached> {
  try {
    const answer = await fetch(places().asks, {
      headers: { Accept: "application/json", "X-Background": "1" },
      cache: "no-store",
      signal: patience(PATIENCE_MS),
    });
    return answer.status === 401 ? "signed out" : "there";
  } catch {
    return "no connection";
  }
}

/** The sign-in page, from which one comes back here; without a query, which may hold a search. */
export function whereToSignIn(): string {
  return `${places().door}?next=${encodeURIComponent(location.pathname)}`;
}
