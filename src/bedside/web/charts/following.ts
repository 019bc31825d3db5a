/** Reactions to changes of the chart: web/live fetches list and counts, this does the rest. */
import { markOpen, refreshViewer } from "./viewer";

function showCounts(counts: HTMLElement | null): void {
  if (!counts) return;
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge=files]")) {
    badge.textContent = counts.dataset.files ?? "";
    badge.hidden = counts.dataset.files === "0";
  }
  const tools = document.querySelector<HTMLElement>("[data-chart-tools]");
  if (tools && counts.dataset.files !== "0") tools.hidden = false;
  const filter = document.querySelector("[data-unreviewed-filter]")?.firstChild;
  if (filter) filter.textContent = counts.dataset.unreviewedText ?? "";
}

export function followChart(): void {
  document.addEventListener("bedside:fragment", (event) => {
    const changed = event.target as HTMLElement;
    if (changed.id === "chart-counts") {
      showCounts(changed.querySelector("[data-counts]"));
      void refreshViewer();
    } else if (changed.id === "chart-files") {
      markOpen();
    }
  });
}
