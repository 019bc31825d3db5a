/**
 * Transferred patients: a message when one is admitted; after five minutes without, a notice with
 * “Take back” that stays on every page until somebody deals with it.
 */
import { announce } from "../components/announce";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import type { Data } from "../live/messages";
import { morph } from "../live/morph";
import { liveSocket } from "../live/socket";

/** By transfer: whether it has waited too long. */
const open = new Map<string, boolean>();

function put(transfer: string, told: unknown): void {
  const { state, alerted } = (told ?? {}) as Data;
  if (state === "open") open.set(transfer, Boolean(alerted));
  else open.delete(transfer);
}

async function sayAdmitted(transfer: string): Promise<void> {
  const answer = await fetch(`/transfers/${transfer}/notice`, {
    headers: { Accept: "application/json", "X-Background": "1" },
  });
  if (!answer.ok) return;
  const { text } = (await answer.json()) as { text: string };
  toast(text, "good");
}

function region(): HTMLElement {
  const known = document.getElementById("handovers");
  if (known) return known;
  const made = Object.assign(document.createElement("div"), { id: "handovers", className: "handovers" });
  document.getElementById("toasts")?.prepend(made); // one stack: a message never covers “Take back”
  return made;
}

async function show(): Promise<void> {
  const place = region();
  if (![...open.values()].includes(true)) {
    place.replaceChildren();
    return;
  }
  const content = await fragmentOf("/transfers/notices");
  const isNew = content.querySelectorAll(".banner").length > place.querySelectorAll(".banner").length;
  morph(place, content);
  if (isNew) announce(place.querySelector(".banner-title")?.textContent ?? "", true);
}

export function startHandovers(topic: string): void {
  liveSocket().subscribe(topic, (heard) => {
    if (heard.kind === "snapshot") {
      open.clear();
      const { transfers } = heard.data as { transfers?: Record<string, unknown> };
      for (const [transfer, told] of Object.entries(transfers ?? {})) put(transfer, told);
    } else {
      const { transfer_id: transfer } = heard.data;
      if (typeof transfer !== "string") return;
      put(transfer, heard.data);
      if (heard.data.state === "admitted") void sayAdmitted(transfer).catch(() => undefined);
    }
    void show().catch(() => undefined);
  });
}
