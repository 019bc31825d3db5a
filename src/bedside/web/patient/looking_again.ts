/**
 * The door of a closed room: it is asked again every 20 seconds, and the page goes on when the room
 * has opened. `data-looks-again` is on the button with which a person asks.
 */
const EVERY_MS = 20_000;
const MARK = "data-looks-again";

/** Whether what the door answers is no longer the page of a closed room. */
export function isOpen(ok: boolean, page: string): boolean {
  return ok && !page.includes(MARK);
}

async function look(link: HTMLAnchorElement): Promise<void> {
  if (document.visibilityState === "hidden") return;
  const answer = await fetch(link.href, { headers: { "X-Background": "1" } });
  if (isOpen(answer.ok, await answer.text())) window.location.assign(link.href);
}

export function startLookingAgain(): void {
  const link = document.querySelector<HTMLAnchorElement>(`a[${MARK}]`);
  if (!link) return;
  document.querySelector("[data-looking]")?.removeAttribute("hidden");
  const again = (): void => void look(link).catch(() => undefined); // the network is away
  window.setInterval(again, EVERY_MS);
  document.addEventListener("visibilitychange", again);
}
