/**
 * Patients whose page does not come into the call, or has gone from it: after some seconds staff
 * read since when, and what they can do. The server knows whether the page is there.
 */
import { patientsIn } from "../apps/call_app";
import { say } from "../apps/place";
import { announce } from "../components/announce";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";
import type { Participant } from "./state";

const AFTER_MS = 10_000;
const AGAIN_MS = 5_000;

/** What the notice offers besides the call itself. */
export interface Ways {
  /** Ends the call in this way, as the dialog of the ending does. */
  end: (way: "return" | "return_next") => void;
  write: () => void;
  /** Somebody is counted as missing, or is back. */
  changed: () => void;
}

export class NoAnswer {
  /** By participant: when the server is asked next. */
  private readonly timers = new Map<string, number>();

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
    private readonly ways: Ways,
  ) {
    this.list()?.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-no-answer-does]");
      if (pressed) void this.press(pressed);
    });
  }

  /** Whether staff read that this participant does not answer. */
  isSilent(id: string): boolean {
    return this.notice(id) !== null;
  }

  draw(): void {
    const patients = this.session.others().filter(([, one]) => one.kind === "patient");
    for (const id of this.timers.keys()) if (!patients.some(([other]) => other === id)) this.forget(id);
    for (const [id, one] of patients) {
      if (this.answers(one)) this.forget(id);
      else if (!this.timers.has(id)) this.askIn(id, AFTER_MS);
    }
  }

  private answers(one: Participant): boolean {
    return one.state === "joined" && this.session.stateOf(one) === "connected";
  }

  private askIn(id: string, milliseconds: number): void {
    window.clearTimeout(this.timers.get(id));
    this.timers.set(
      id,
      window.setTimeout(() => void this.ask(id).catch(() => this.askIn(id, AGAIN_MS)), milliseconds),
    );
  }

  private async ask(id: string): Promise<void> {
    const visit = this.session.people[id]?.visit_id ?? "";
    const content = await fragmentOf(`/calls/${this.session.place.call}/no-answer/${visit}`);
    if (!this.timers.has(id)) return; // the patient came in the meantime
    this.put(id, content.querySelector<HTMLElement>("[data-no-answer]"));
    this.askIn(id, AGAIN_MS);
  }

  private put(id: string, made: HTMLElement | null): void {
    const shown = this.notice(id);
    if (shown && made && shown.textContent === made.textContent) return;
    if (made) made.dataset.participant = id;
    if (shown?.contains(document.activeElement)) return; // somebody is about to press
    if (shown && made) shown.replaceWith(made);
    else if (made) this.list()?.append(made);
    else shown?.remove();
    if (made && !shown) announce(made.querySelector("p")?.textContent ?? "", true);
    this.ways.changed();
  }

  private forget(id: string): void {
    window.clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.notice(id)?.remove();
  }

  private list(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-no-answers]");
  }

  private notice(id: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-no-answer][data-participant="${id}"]`);
  }

  private async press(button: HTMLElement): Promise<void> {
    const does = button.dataset.noAnswerDoes ?? "";
    if (does === "write") return this.ways.write();
    const isAlone = patientsIn(this.session).length === 1;
    if (isAlone) return this.ways.end(does === "next" ? "return_next" : "return");
    const visit = button.closest<HTMLElement>("[data-no-answer]")?.dataset.noAnswer ?? "";
    const leg = button.closest<HTMLElement>("[data-leg]")?.dataset.leg ?? "";
    try {
      await tell(`/visits/${visit}/return`, { leg });
    } catch (error) {
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
  }
}
