/**
 * Newcomers: staff see who is asked and who has not answered, patients are asked. Nobody hears
 * anybody before all have agreed (see calls/newcomers.py).
 */
import { say } from "../apps/place";
import { announce } from "../components/announce";
import { toast } from "../components/toasts";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";
import type { Participant } from "./state";

export class Newcomers {
  /** Those asked for at the last look, with the names they had. */
  private readonly known = new Map<string, string>();

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    root.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-newcomer-does]");
      if (pressed) void this.press(pressed);
    });
  }

  draw(): void {
    const list = this.root.querySelector<HTMLElement>("[data-newcomers]");
    const template = this.root.querySelector<HTMLTemplateElement>("[data-newcomer-template]");
    if (!list || !template) return;
    const asked = new Map(this.session.newcomers().filter(([id]) => this.session.people[id]));
    for (const item of list.querySelectorAll<HTMLElement>("[data-newcomer]")) {
      if (!asked.has(item.dataset.newcomer ?? "")) item.remove();
    }
    for (const [id, one] of asked) {
      let item = list.querySelector<HTMLElement>(`[data-newcomer="${id}"]`);
      if (!item) {
        item = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
        item.dataset.newcomer = id;
        list.append(item);
      }
      const text = item.querySelector("[data-newcomer-text]");
      const words = this.words(id, one);
      if (!text || text.textContent === words) continue;
      text.textContent = words;
      if (!this.known.has(id)) announce(words, true);
      this.known.set(id, this.nameOf(id));
    }
    for (const [id, name] of this.known) if (!asked.has(id)) this.gone(id, name);
  }

  private words(id: string, one: Participant): string {
    const { place } = this.session;
    if (place.audience !== "staff") return say(place, `${one.kind}_comes`, { name: this.nameOf(id) });
    const who = one.waits_for.split(" ").map((other) => this.nameOf(other));
    return say(place, "newcomer_waits", { name: this.nameOf(id), who: who.join(", ") });
  }

  private nameOf(id: string): string {
    return this.session.people[id]?.name ?? "";
  }

  /** Says to staff what became of it; whoever has come in is seen. */
  private gone(id: string, name: string): void {
    this.known.delete(id);
    const now = this.session.state?.participants[id];
    if (this.session.place.audience !== "staff" || !now || now.state === "joined" || now.state === "asked") return;
    const word = now.refused_by ? "newcomer_refused" : "newcomer_gone";
    toast(say(this.session.place, word, { name, who: this.nameOf(now.refused_by) }), "attention");
  }

  /** Pages of patients have no short messages: it is said where they look. */
  private failed(item: HTMLElement, sentence: string): void {
    if (this.session.place.audience === "staff") toast(sentence, "bad");
    else {
      const text = item.querySelector("[data-newcomer-text]");
      if (text) text.textContent = sentence;
      announce(sentence, true);
    }
  }

  private async press(button: HTMLElement): Promise<void> {
    const item = button.closest<HTMLElement>("[data-newcomer]");
    if (!item) return;
    button.setAttribute("aria-busy", "true");
    try {
      await tell(`${this.session.place.addresses.newcomers}/${item.dataset.newcomer}/${button.dataset.newcomerDoes}`);
      item.remove();
    } catch (error) {
      this.failed(item, error instanceof Refused ? error.message : say(this.session.place, "not_sent"));
    }
    button.removeAttribute("aria-busy");
  }
}
