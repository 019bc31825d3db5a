/**
 * The end of a call for staff: the dialog asks what becomes of the patients, and whether the next
 * one is called. Afterwards the end page says what was done and what can be done next.
 */

import { type Person, patientsIn } from "../apps/call_app";
import { say } from "../apps/place";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { reached } from "../live/reached";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

const TRY_AGAIN_MS = 3_000;
/** Time to think better of it: a visit that has ended does not begin again. */
const UNDO_MS = 5_000;

export type Way = "visit" | "next" | "return" | "return_next" | "leave" | "all" | "telephone";

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
  private soonAt = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    for (const button of document.querySelectorAll<HTMLElement>("[data-end]")) {
      button.addEventListener("click", () => void this.press(button));
    }
    root.querySelector("[data-end-soon]")?.addEventListener("click", () => this.soon());
  }

  /** “End and next” is there for one patient; what becomes of several is asked. */
  draw(): void {
    const button = this.root.querySelector<HTMLElement>("[data-end-soon]");
    if (button) button.hidden = patientsIn(this.session).length !== 1;
  }

  /** One press ends the visit and calls the next patient, after a while in which it is undone. */
  private soon(): void {
    const [patient] = patientsIn(this.session);
    if (!patient || this.soonAt) return;
    const { place } = this.session;
    const over = (): void => {
      window.clearTimeout(this.soonAt);
      this.soonAt = 0;
      close();
    };
    this.soonAt = window.setTimeout(() => {
      over();
      const now = patientsIn(this.session);
      const isSame = now.length === 1 && now[0]?.visit_id === patient.visit_id;
      if (isSame && !this.leaving) void this.go("next");
    }, UNDO_MS);
    const close = toast(say(place, "ends_soon", { name: patient.name }), "attention", {
      label: say(place, "undo"),
      run: over,
    });
  }

  /** Asks how to end the call, with the current options. */
  ask(): void {
    const patients = patientsIn(this.session);
    const colleagues = this.session.others().some(([, one]) => one.kind === "staff");
    this.offer("one", patients.length === 1);
    this.offer("leave", colleagues);
    this.offer("all", patients.length !== 1);
    this.offer("each", patients.length > 1);
    for (const place of document.querySelectorAll("[data-end-name]")) place.textContent = patients[0]?.name ?? "";
    this.listEach(patients);
    openDialog("ending");
    void this.sayNext();
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

  /** Ends the call in one of the ways of the dialog. */
  async go(way: Way): Promise<void> {
    const goesOn = way === "next" || way === "return_next";
    this.leaving = true;
    this.shown = goesOn; // the next call is shown instead of the summary
    try {
      await this.take(way);
      closeDialog("ending");
    } catch (error) {
      this.leaving = this.shown = false;
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
      return;
    }
    const next = goesOn ? await this.next() : "";
    if (next) {
      window.location.assign(next);
      return;
    }
    this.shown = false;
    await this.show();
  }

  /** Admits the next patient. Returns where that call is; "" if nobody waits. */
  private async next(): Promise<string> {
    try {
      const { href } = await tell<{ href?: string }>(this.session.place.addresses.next);
      return href ?? "";
    } catch {
      return ""; // the page after the call says who waits
    }
  }

  private async take(way: Way): Promise<void> {
    const { addresses } = this.session.place;
    if (way === "leave") return tell(addresses.leave);
    if (way === "all") {
      await this.returnChosen();
      return tell(addresses.end);
    }
    const [patient] = patientsIn(this.session);
    if (!patient) return tell(addresses.leave);
    const steps: Partial<Record<Way, string>> = { return: "return", return_next: "return", telephone: "telephone" };
    const step = steps[way] ?? "end";
    await tell(`/visits/${patient.visit_id ?? ""}/${step}`, { leg: String(patient.leg ?? "") });
    // After the only patient has gone, the member of staff leaves too, and guests do not stay
    // behind. A 1:1 call is over already.
    await tell(addresses.leave).catch(() => undefined);
  }

  private offer(what: string, possible: boolean): void {
    for (const part of document.querySelectorAll<HTMLElement>(`[data-end-for="${what}"]`)) part.hidden = !possible;
  }

  // --- several patients ----------------------------------------------------------------------------

  private listEach(patients: Person[]): void {
    const template = document.querySelector<HTMLTemplateElement>("[data-end-each-template]");
    const list = document.querySelector("[data-end-each]");
    if (!template || !list) return;
    list.replaceChildren(
      ...patients.flatMap((patient) => {
        const item = template.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
        if (!item) return [];
        item.dataset.visit = patient.visit_id ?? "";
        item.dataset.leg = String(patient.leg ?? "");
        const name = item.querySelector("[data-end-each-name]");
        if (name) name.textContent = patient.name;
        for (const choice of item.querySelectorAll("input")) choice.name = `end-${patient.visit_id ?? ""}`;
        return [item];
      }),
    );
  }

  /** Returns those patients of a group to the waiting room for whom that was chosen. */
  private async returnChosen(): Promise<void> {
    for (const item of document.querySelectorAll<HTMLElement>("[data-end-each] > [data-visit]")) {
      if (item.querySelector<HTMLInputElement>("input[value=return]")?.checked) {
        await tell(`/visits/${item.dataset.visit}/return`, { leg: item.dataset.leg ?? "" });
      }
    }
  }

  private async sayNext(): Promise<void> {
    const place = document.querySelector("[data-end-next]");
    if (!place) return;
    try {
      place.replaceChildren(await fragmentOf(`/calls/${this.session.place.call}/next`));
    } catch {
      place.textContent = "";
    }
  }

  private async press(button: HTMLElement): Promise<void> {
    button.setAttribute("aria-busy", "true");
    await this.go(button.dataset.end as Way);
    button.removeAttribute("aria-busy");
    this.root.focus({ preventScroll: true });
  }
}
