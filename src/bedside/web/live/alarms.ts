/** Reports at once, on whatever page somebody is, that a file was destroyed. */
import { type Tone, toast } from "../components/toasts";
import { liveSocket } from "./socket";

const REASONS = new Set<unknown>(["infected", "refused"]);

async function say(patient: string, entry: string): Promise<void> {
  const answer = await fetch(`/inbox/${patient}/${entry}/alarm`, {
    headers: { Accept: "application/json", "X-Background": "1" },
  });
  if (!answer.ok) return;
  const { text, tone } = (await answer.json()) as { text: string; tone: Tone };
  toast(text, tone);
}

export function startAlarms(topic: string): void {
  liveSocket().subscribe(topic, (heard) => {
    if (heard.kind !== "event" || heard.type !== "desk.inbox_changed" || !REASONS.has(heard.data.reason)) return;
    const { patient_id: patient, entry_id: entry } = heard.data;
    if (typeof patient === "string" && typeof entry === "string") void say(patient, entry).catch(() => undefined);
  });
}
