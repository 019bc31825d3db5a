/**
 * The end of a call for staff: the dialog asks what becomes of the patient, and afterwards the end
 * panel says what was done and what can be done next.
 */

import { patientsIn } from "../apps/call_app";
import { say } from "../apps/place";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { reached } from "../live/reached";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

const TRY_AGAIN_MS = 3_000;

/** Resolves when the page is connected again, and after this time at the latest. */
function connectedOr(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve, milliseconds);
    document.addEventListener("bedside:connected", () => resolve(), { once: true });
  });
}

export class Ending {
  /** Leaving on purpose needs no warning. */
  leaving = false;
  private shown = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    for (const button of document.querySelectorAll<HTMLElement>("[data-end]")) {
      button.addEventListener("click", () => void this.press(button));
    }
  }

  /** Asks how to end the call, with the current options. */
  ask(): void {
    const patients = patientsIn(this.session);
    const colleagues = this.session.others().some(([, one]) => one.kind === "staff");
    this.offer("one", patients.length === 1);
    this.offer("leave", colleagues);
    this.offer("all", patients.length !== 1);
    for (const place of document.querySelectorAll("[data-end-name]")) place.textContent = patients[0]?.name ?? "";
    openDialog("ending");
  }

  /** The page with the summary, and what can be done next; it waits for the network. */
  async show(): Promise<void> {
    if (this.shown) return; // the answer and the event of the end arrive at the same time
    this.shown = true;
    while ((await reached()) === "no connection") {
      this.root.querySelector("[data-ended-away]")?.removeAttribute("hidden");
      await connectedOr(TRY_AGAIN_MS);
    }
    this.leaving = true;
    window.location.assign(`/calls/${this.session.place.call}/after`);
  }

  private offer(what: string, possible: boolean): void {
    for (const part of document.querySelectorAll<HTMLElement>(`[data-end-for="${what}"]`)) part.hidden = !possible;
  }

  private async press(button: HTMLElement): Promise<void> {
    const { addresses } = this.session.place;
    const [patient] = patientsIn(this.session);
    const ways: Record<string, string> = {
      visit: `/visits/${patient?.visit_id ?? ""}/end`,
      return: `/visits/${patient?.visit_id ?? ""}/return`,
      leave: addresses.leave,
      all: addresses.end,
    };
    const address = ways[button.dataset.end ?? ""];
    if (!address) return;
    button.setAttribute("aria-busy", "true");
    this.leaving = true;
    try {
      await tell(address, { leg: String(patient?.leg ?? "") });
      // After the only patient has gone, the member of staff leaves too, and guests do not stay
      // behind. A 1:1 call is over already.
      if (address !== addresses.leave && address !== addresses.end) await tell(addresses.leave).catch(() => undefined);
      closeDialog("ending");
      await this.show();
    } catch (error) {
      this.leaving = false;
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
    button.removeAttribute("aria-busy");
    this.root.focus({ preventScroll: true });
  }
}
