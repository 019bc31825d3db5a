/**
 * Counts beside the sections: events of the desk and of its rooms make them fetch again, soon after
 * the first one and then not more often than a person looks.
 */
import { announce } from "../components/announce";
import { liveSocket } from "./socket";

const TOGETHER_MS = 150;
const AT_MOST_EVERY_MS = 2000;
const MOST = 999;

function show(counts: Record<string, number>): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge]")) {
    const count = counts[badge.dataset.badge ?? ""];
    if (count === undefined) continue;
    const shown = count > MOST ? `${MOST}+` : String(count);
    if (badge.textContent === shown) continue;
    const more = count > Number.parseInt(badge.textContent, 10) && badge.checkVisibility();
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
    // The socket notices a lost connection, and fetches when it is back.
  }
}

export function startBadges(topics: string[]): void {
  let timer = 0;
  let asked = -AT_MOST_EVERY_MS;
  const now = (): void => {
    timer = 0;
    asked = performance.now();
    void ask();
  };
  const soon = (): void => {
    if (timer || document.hidden) return;
    timer = window.setTimeout(now, Math.max(TOGETHER_MS, asked + AT_MOST_EVERY_MS - performance.now()));
  };
  document.addEventListener("visibilitychange", soon);
  for (const topic of topics) liveSocket().subscribe(topic, soon);
}
