/** Guests, for staff: inviting by link, and admitting those who knock. */

import { say } from "../apps/place";
import { announce } from "../components/announce";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";

export class GuestDoor {
  /** The last announcement about each guest who knocks. */
  private readonly said = new Map<string, string>();

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    for (const button of root.querySelectorAll("[data-invite]")) {
      button.addEventListener("click", () => this.open());
    }
    document.querySelector("[data-inviting]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const { submitter } = event as SubmitEvent;
      const way = submitter instanceof HTMLButtonElement ? submitter.value : "phone";
      void this.invite(event.target as HTMLFormElement, way);
    });
    document.querySelector("[data-copy-invitation]")?.addEventListener("click", () => void this.copy());
    root.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-guest-answer]");
      if (pressed) void this.answer(pressed);
    });
  }

  /** Shows the knocking guests, each with “Admit” and “Refuse”. */
  draw(): void {
    const list = this.root.querySelector<HTMLElement>("[data-knocking]");
    const template = this.root.querySelector<HTMLTemplateElement>("[data-knock-template]");
    if (!list || !template) return;
    const knocking = this.session.knocking();
    for (const item of list.querySelectorAll<HTMLElement>("[data-guest]")) {
      if (!knocking.includes(item.dataset.guest ?? "")) item.remove();
    }
    for (const id of knocking) {
      const person = this.session.people[id];
      if (!person) continue;
      const words = say(this.session.place, person.same_link ? "asks_in_again" : "asks_in", { name: person.name });
      let item = list.querySelector<HTMLElement>(`[data-guest="${id}"]`);
      if (!item) {
        item = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
        item.dataset.guest = id;
        item.dataset.guestId = person.guest_id ?? "";
        list.append(item);
      }
      if (this.said.get(id) === words) continue;
      const text = item.querySelector("[data-knock-text]");
      if (text) text.textContent = words;
      announce(words, true);
      this.said.set(id, words);
    }
    for (const gone of [...this.said.keys()].filter((id) => !knocking.includes(id))) this.said.delete(gone);
  }

  private async answer(button: HTMLElement): Promise<void> {
    const item = button.closest<HTMLElement>("[data-guest]");
    const guest = item?.dataset.guestId;
    if (!item || !guest) return;
    try {
      await tell(`${this.session.place.addresses.guests}/${guest}/${button.dataset.guestAnswer ?? ""}`);
      item.remove();
    } catch (error) {
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
  }

  private open(): void {
    const form = document.querySelector<HTMLFormElement>("[data-inviting]");
    if (!form) return;
    form.reset();
    for (const part of form.querySelectorAll<HTMLElement>("[data-invitation-made], [data-inviting-problem]")) {
      part.hidden = true;
    }
    openDialog("invitation");
  }

  /** Sends the link, or shows it: it is not stored anywhere, and so is shown only once. */
  private async invite(form: HTMLFormElement, way: string): Promise<void> {
    const typed = new FormData(form);
    const to = String(typed.get("to") ?? "").trim();
    const fields: Record<string, string> = { name: String(typed.get("name")), role: String(typed.get("role")), way };
    if (way === "phone" || way === "email") fields[way] = to;
    const problem = form.querySelector<HTMLElement>("[data-inviting-problem]");
    if (problem) problem.hidden = true;
    try {
      const { link } = await tell<{ link: string }>(this.session.place.addresses.guests, fields);
      if (way === "copy") await this.showLink(form, link);
      else {
        closeDialog("invitation");
        toast(say(this.session.place, "invited", { to }), "good");
      }
    } catch (error) {
      if (!problem || !(error instanceof Refused)) toast(say(this.session.place, "not_sent"), "bad");
      else {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    }
  }

  private async showLink(form: HTMLFormElement, link: string): Promise<void> {
    const field = form.querySelector<HTMLInputElement>("[data-invitation]");
    const made = form.querySelector<HTMLElement>("[data-invitation-made]");
    if (!field || !made) return;
    field.value = link;
    made.hidden = false;
    await this.copy();
  }

  private async copy(): Promise<void> {
    const field = document.querySelector<HTMLInputElement>("[data-invitation]");
    if (!field) return;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      toast(say(this.session.place, "copied"), "good");
    } catch {
      announce(say(this.session.place, "copy_by_hand"));
    }
  }
}
