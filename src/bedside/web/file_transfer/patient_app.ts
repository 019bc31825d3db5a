/**
 * Files on the patient's page of a visit. They open by themselves when the clinic sends or requests
 * one, in whichever view the page shows: the waiting room or the call.
 */
import { PatientPlace } from "../apps/patient_place";
import { type Heard, liveSocket } from "../live/socket";
import { startTransfers } from "./panel";

const RUNNING = new Set(["asked", "moving", "scanning", "ready"]);

interface Facts {
  phase: string;
}

/** `sound` is called when the clinic offers or requests something. */
export function startPatientFiles(root: HTMLElement, here: string, sound: () => void): void {
  const place = new PatientPlace(root, "files", `${here}/transfers`, (around) => {
    const panel = startTransfers(around);
    panel?.announceAsked();
    return panel;
  });
  liveSocket().subscribe(`transfers:${root.dataset.visit ?? ""}`, (heard: Heard) => {
    const facts = heard.kind === "snapshot" ? Object.values(heard.data.transfers as Record<string, Facts>) : [];
    const isNews = heard.kind === "event" && heard.type === "transfer.changed" && RUNNING.has(String(heard.data.phase));
    if (isNews && heard.data.phase === "asked") sound();
    if (isNews || facts.some((one) => RUNNING.has(one.phase))) void place.open(false);
  });
}
