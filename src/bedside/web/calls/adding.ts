/**
 * More patients in a call: from the list of waiting ones, or when “Start call” is pressed in the
 * console beside the call, whose page reports it here (see components/framed.ts). Who would meet
 * whom is shown first, with names and dates of birth; then all of them are asked.
 */

import { say } from "../apps/place";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

export class Adding {
  constructor(private readonly session: CallSession) {
    for (const opener of document.querySelectorAll("[data-add-patient]")) {
      opener.addEventListener("click", () => void this.show("[data-waiting-patients]", "waiting", "add-patient"));
    }
    this.onSubmit("[data-waiting-patients]", (fields) => void this.question(String(fields.get("visit"))));
    this.onSubmit("[data-adding]", (fields) => void this.ask(fields));
    document.addEventListener("bedside:start-call", (event) => {
      void this.question((event as CustomEvent<{ visit: string }>).detail.visit);
    });
    document.addEventListener("bedside:next-patient", () => toast(say(session.place, "end_first"), "attention"));
  }

  private onSubmit(place: string, act: (fields: FormData) => void): void {
    document.querySelector(place)?.addEventListener("submit", (event) => {
      event.preventDefault();
      act(new FormData(event.target as HTMLFormElement));
    });
  }

  private question(visit: string): Promise<void> {
    return this.show("[data-adding]", `adding/${visit}`, "add-this");
  }

  private async show(at: string, address: string, dialog: string): Promise<void> {
    for (const open of ["call-people", "add-patient"]) closeDialog(open);
    try {
      const content = await fragmentOf(`/calls/${this.session.place.call}/${address}`, { byHand: true });
      document.querySelector(at)?.replaceChildren(content);
      openDialog(dialog);
    } catch {
      toast(say(this.session.place, "not_sent"), "bad");
    }
  }

  private async ask(fields: FormData): Promise<void> {
    closeDialog("add-this");
    try {
      const wanted = { visit: String(fields.get("visit")), leg: String(fields.get("leg")) };
      await tell(`/calls/${this.session.place.call}/add`, wanted);
      toast(say(this.session.place, "added"), "good");
    } catch (error) {
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
  }
}
