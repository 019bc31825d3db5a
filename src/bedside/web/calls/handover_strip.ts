/** Who transferred the patients of this call here, and the notes: strips that stay until closed. */
import { visitsIn } from "../apps/call_app";
import { fragmentOf } from "../live/fragment";
import type { CallSession } from "./session";

const CLOSED = "bedside-handover-closed-";

export class HandoverStrip {
  /** The patients whose strips are shown; those of the page's beginning came with it. */
  private shown = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    this.hideClosed();
    this.list()?.addEventListener("click", (event) => {
      const strip = (event.target as Element).closest("[data-handover-close]")?.closest<HTMLElement>("[data-handover]");
      if (!strip) return;
      sessionStorage.setItem(CLOSED + strip.dataset.handover, "yes");
      strip.remove();
      this.root.focus({ preventScroll: true });
    });
  }

  /** Another patient has come into the call: perhaps with a note. */
  draw(): void {
    const visits = visitsIn(this.session).sort().join(" ");
    if (!visits || visits === this.shown) return;
    const isFirst = this.shown === "";
    this.shown = visits;
    if (!isFirst) void this.refresh().catch(() => undefined);
  }

  private async refresh(): Promise<void> {
    this.list()?.replaceChildren(await fragmentOf(`/calls/${this.session.place.call}/handovers`));
    this.hideClosed();
  }

  private list(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-handovers]");
  }

  private hideClosed(): void {
    for (const strip of this.root.querySelectorAll<HTMLElement>("[data-handover]")) {
      if (sessionStorage.getItem(CLOSED + strip.dataset.handover)) strip.remove();
    }
  }
}
