/**
 * The telephone as a way out of a call, wherever the window offers it; and patients who are not
 * heard for ten seconds, of whom the server says whether their microphone works.
 */

import { say } from "../apps/place";
import { announce } from "../components/announce";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { openInDialog } from "../live/in_dialog";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

const AFTER_MS = 10_000;
const LOOK_MS = 1_000;

export class ByTelephone {
  /** When each participant began to be silent, and the notice that says so. */
  private readonly silent = new Map<string, { since: number; item: HTMLElement | null; asked: boolean }>();

  /** `goOn` ends the call of its only patient. */
  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
    private readonly goOn: () => void,
  ) {
    root.addEventListener("click", (event) => this.press(event));
    document.addEventListener("submit", (event) => this.submit(event), true);
    window.setInterval(() => this.look(), LOOK_MS);
  }

  private list(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-unreached]");
  }

  private look(): void {
    const patients = this.session.others().filter(([, one]) => one.kind === "patient");
    const muted = patients.filter(
      ([, one]) => one.state === "joined" && one.muted && this.session.stateOf(one) === "connected",
    );
    for (const id of [...this.silent.keys()]) if (!muted.some(([other]) => other === id)) this.forget(id);
    for (const [id] of muted) {
      const known = this.silent.get(id);
      if (!known) this.silent.set(id, { since: Date.now(), item: null, asked: false });
      else if (!known.asked && Date.now() - known.since >= AFTER_MS) void this.show(id);
    }
  }

  private forget(id: string): void {
    this.silent.get(id)?.item?.remove();
    this.silent.delete(id);
  }

  private async show(id: string): Promise<void> {
    const visit = this.session.people[id]?.visit_id;
    const known = this.silent.get(id);
    if (!visit || !known) return;
    known.asked = true;
    try {
      const content = await fragmentOf(`/visits/${visit}/telephone`);
      if (this.silent.get(id) !== known || !content.firstElementChild) return;
      known.item = document.createElement("li");
      known.item.className = "call-notice";
      known.item.append(content);
      this.list()?.append(known.item);
      announce(known.item.querySelector("p")?.textContent ?? "", true);
    } catch {
      this.forget(id); // asked again ten seconds later
    }
  }

  /** The text in the dialog is sent without leaving the window. */
  private submit(event: SubmitEvent): void {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.quiet === undefined) return;
    event.preventDefault();
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
    void this.send(form, Object.fromEntries(fields) as Record<string, string>);
  }

  private async send(form: HTMLFormElement, fields: Record<string, string>): Promise<void> {
    try {
      await tell(form.action, fields);
      form.closest("dialog")?.close();
      toast(form.dataset.quiet ?? "", "good");
    } catch (error) {
      this.failed(error instanceof Refused ? error.message : "");
    }
  }

  private press(event: Event): void {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-texts], [data-goes-on-by-telephone]");
    if (pressed instanceof HTMLAnchorElement) {
      event.preventDefault();
      void openInDialog(pressed.href, pressed).catch(() => this.failed());
    } else if (pressed) void this.leaveTo(pressed.dataset.goesOnByTelephone ?? "", pressed.dataset.leg ?? "");
  }

  /** With other patients in the call, it goes on with them. */
  private async leaveTo(visit: string, leg: string): Promise<void> {
    const patients = this.session.others().filter(([, one]) => one.kind === "patient");
    if (patients.length <= 1) {
      this.goOn();
      return;
    }
    try {
      await tell(`/visits/${visit}/telephone`, { leg });
    } catch (error) {
      this.failed(error instanceof Refused ? error.message : "");
    }
  }

  private failed(sentence = ""): void {
    toast(sentence || say(this.session.place, "not_sent"), "bad");
  }
}
