/**
 * Files on the patient's page of a visit. They open by themselves when the clinic sends or asks for
 * one, in whatever the page shows: the waiting room or the call.
 */
import { liveSocket, type Heard } from "../live/socket";
import { startTransfers, type TransferPanel } from "./panel";

const RUNNING = new Set(["asked", "moving", "scanning", "ready"]);

interface Facts {
  phase: string;
}

export class PatientFiles {
  private panel: TransferPanel | null = null;
  private place: HTMLElement | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly here: string,
  ) {}

  start(): void {
    liveSocket().subscribe(`transfers:${this.root.dataset.visit ?? ""}`, (heard) => this.heard(heard));
    this.root.addEventListener("bedside:open-app", (event) => {
      if ((event as CustomEvent<string>).detail !== "files") return;
      event.preventDefault();
      void this.open(true);
    });
    // The page shows one view after the other; files go with it as long as they are on their way.
    new MutationObserver(() => this.follow()).observe(this.root, { childList: true });
  }

  private heard(heard: Heard): void {
    const facts = heard.kind === "snapshot" ? Object.values(heard.data.transfers as Record<string, Facts>) : [];
    const isNews = heard.kind === "event" && heard.type === "transfer.changed" && RUNNING.has(String(heard.data.phase));
    if (isNews || facts.some((one) => RUNNING.has(one.phase))) void this.open(false);
  }

  private follow(): void {
    if (!this.place || this.place.isConnected) return;
    this.panel?.end();
    this.panel = null;
    const before = this.place;
    this.place = null;
    const next = this.found();
    if (next && next.dataset.kept === before.dataset.kept) void this.open(false);
  }

  private found(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>('[data-app="files"]');
  }

  private async open(asked: boolean): Promise<void> {
    const place = this.found();
    if (!place) return;
    if (this.place !== place) {
      this.place = place;
      const answer = await fetch(`${this.here}/transfers`, { headers: { "HX-Request": "true", "X-Background": "1" } }).catch(() => null);
      if (!answer?.ok || this.place !== place) {
        if (this.place === place) this.place = null;
        return;
      }
      const template = document.createElement("template");
      template.innerHTML = await answer.text();
      place.replaceChildren(template.content);
      this.panel = startTransfers(place);
    }
    if (!asked) return;
    place.scrollIntoView({ block: "nearest" });
    place.querySelector<HTMLElement>("input[type=file], button")?.focus();
  }
}
