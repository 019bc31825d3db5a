/** On every other page of the app: what waits on this phone goes on, and the first page says so. */
import { readCounted, sayCount } from "../components/counted";
import { countOf } from "./own_files";
import { ownQueue } from "./own_queue";

export async function goOnSending(): Promise<void> {
  const owner = ownQueue();
  if (!owner || document.querySelector("[data-send]") || !(await countOf(owner.owner))) return;
  const { Queue } = await import("./queue");
  const queue = new Queue(owner.owner, owner.key, {
    changed: () => show(queue.files.length),
    arrived: () => undefined,
  });
  await queue.start();
}

function show(count: number): void {
  const place = document.querySelector<HTMLElement>("[data-waiting-here]");
  if (!place) return;
  place.hidden = count === 0;
  place.textContent = count ? sayCount(readCounted(place.dataset.counted), count) : "";
}
