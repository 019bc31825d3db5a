/**
 * More patients in a call: from the list of waiting ones, or when “Start call” is pressed in the
 * console beside the call, whose page reports it here (see components/framed.ts).
 */

import { say } from "../apps/place";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

export interface Wanted {
  visit: string;
  leg: string;
}

export class Adding {
  private wanted: Wanted | null = null;

  constructor(private readonly session: CallSession) {
    for (const opener of document.querySelectorAll("[data-add-patient]")) {
      opener.addEventListener("click", () => void this.list());
    }
    this.place()?.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = new FormData(event.target as HTMLFormElement);
      void this.add({ visit: String(fields.get("visit")), leg: String(fields.get("leg")) });
    });
    document.querySelector("[data-add-wanted]")?.addEventListener("click", () => {
      if (this.wanted) void this.add(this.wanted);
    });
    document.addEventListener("bedside:start-call", (event) => {
      this.wanted = (event as CustomEvent<Wanted>).detail;
      openDialog("add-this");
    });
    document.addEventListener("bedside:next-patient", () => toast(say(session.place, "end_first"), "attention"));
  }

  private place(): HTMLElement | null {
    return document.querySelector<HTMLElement>("[data-waiting-patients]");
  }

  private async list(): Promise<void> {
    const place = this.place();
    if (!place) return;
    closeDialog("call-people");
    try {
      place.replaceChildren(await fragmentOf(`/calls/${this.session.place.call}/waiting`, { byHand: true }));
      openDialog("add-patient");
    } catch {
      toast(say(this.session.place, "not_sent"), "bad");
    }
  }

  private async add({ visit, leg }: Wanted): Promise<void> {
    for (const dialog of ["add-patient", "add-this"]) closeDialog(dialog);
    try {
      await tell(`/calls/${this.session.place.call}/add`, { visit, leg });
      toast(say(this.session.place, "added"), "good");
    } catch (error) {
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
  }
}
