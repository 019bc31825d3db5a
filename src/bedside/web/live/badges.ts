/** Counts beside the sections: every event of the desk and of its rooms makes them fetch again. */
import { announce } from "../components/announce";
import { liveSocket } from "./socket";

const TOGETHER_MS = 150;
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
  const soon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), TOGETHER_MS);
  };
  for (const topic of topics) liveSocket().subscribe(topic, soon);
}
