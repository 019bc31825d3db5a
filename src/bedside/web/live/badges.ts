/**
 * Counts beside the sections. The server pushes them to pages that somebody can see. While there is
 * no connection, or the server has no such topic (one of two versions during an update), the page
 * asks for them now and then.
 */
import { announce } from "../components/announce";
import { isDrawn } from "../components/older_browsers";
import { liveSocket } from "./socket";

const ASK_EVERY_MS = 20_000;
const MOST = 999;

function show(counts: Readonly<Record<string, unknown>>): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge]")) {
    const count = counts[badge.dataset.badge ?? ""];
    if (typeof count !== "number") continue;
    const shown = count > MOST ? `${MOST}+` : String(count);
    if (badge.textContent === shown) continue;
    const more = count > Number.parseInt(badge.textContent, 10) && isDrawn(badge);
    badge.textContent = shown;
    badge.hidden = count === 0;
    if (more) announce(`${badge.parentElement?.querySelector("span")?.textContent.trim() ?? ""}: ${shown}`);
  }
}

async function ask(): Promise<void> {
  try {
    const answer = await fetch("/badges", { headers: { Accept: "application/json", "X-Background": "1" } });
    if (answer.ok) show((await answer.json()) as Record<string, number>);
  } catch {
    // Without a network there is nothing to show; the next time may be better.
  }
}

export function startBadges(topic: string): void {
  const socket = liveSocket();
  let stop: (() => void) | null = null;
  let pushed = false;
  const follow = (): void => {
    if (document.hidden) {
      stop?.();
      stop = null;
      pushed = false;
      return;
    }
    stop ??= socket.subscribe(topic, (heard) => {
      if (heard.kind !== "snapshot") return;
      pushed = true;
      show(heard.data);
    });
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  window.setInterval(() => {
    if (!document.hidden && !(pushed && socket.connected)) void ask();
  }, ASK_EVERY_MS);
}
