/**
 * How many are waiting in each room, beside its name in the switcher, which every page of rooms
 * shows.
 */
import { liveSocket } from "../live/socket";

function show(room: string, told: unknown): void {
  const { waiting } = (told ?? {}) as { waiting?: unknown };
  const badge = document.querySelector<HTMLElement>(`.tabs [data-badge="${CSS.escape(room)}"]`);
  if (!badge || typeof waiting !== "number") return;
  badge.textContent = String(waiting);
  badge.hidden = waiting === 0;
}

export function startCounts(topic: string): void {
  liveSocket().subscribe(topic, (heard) => {
    if (heard.kind === "event") {
      if (typeof heard.data.room_id === "string") show(heard.data.room_id, heard.data);
      return;
    }
    const { rooms } = heard.data as { rooms?: Record<string, unknown> };
    for (const [room, told] of Object.entries(rooms ?? {})) show(room, told);
  });
}
