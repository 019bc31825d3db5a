/** “People”: participants, what they send, and what staff can do for each of them. */

import { patientsIn } from "../apps/call_app";
import { say } from "../apps/place";
import { closeDialog, openDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { openInDialog } from "../live/in_dialog";
import { Refused, tell } from "../media/server";
import type { CallSession } from "./session";
import { signOf } from "./signs";
import type { Participant } from "./state";

export class PeopleList {
  /** `console` opens a page beside the call; whoever does not answer is listed and not counted. */
  constructor(
    private readonly session: CallSession,
    private readonly console: (address: string) => void,
    private readonly isSilent: (id: string) => boolean,
  ) {
    document.querySelector("[data-transfer-patient]")?.addEventListener("click", () => this.transferFromMenu());
    this.list()?.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-person-does]");
      if (pressed) void this.press(pressed);
    });
  }

  draw(): void {
    const list = this.list();
    if (!list) return;
    const others = this.session.others();
    const here = others.filter(([id]) => !this.isSilent(id)).length;
    for (const count of document.querySelectorAll("[data-people-count]")) count.textContent = String(here + 1);
    for (const item of list.querySelectorAll<HTMLElement>("[data-person]")) {
      if (!others.some(([id]) => id === item.dataset.person)) item.remove();
    }
    for (const [id, one] of others) this.fill(list, id, one);
  }

  /** One patient at a time: with several, each has the button in “People”. */
  private transferFromMenu(): void {
    const patients = patientsIn(this.session);
    if (patients.length === 1) this.transfer(patients[0]?.visit_id ?? "");
    else openDialog("call-people");
  }

  private transfer(visit: string): void {
    const back = document.querySelector<HTMLElement>("[popovertarget=call-more]");
    void openInDialog(`/visits/${visit}/transfer`, back).catch(() => toast(say(this.session.place, "not_sent"), "bad"));
  }

  private list(): HTMLElement | null {
    return document.querySelector<HTMLElement>("[data-people]");
  }

  private fill(list: HTMLElement, id: string, one: Participant): void {
    const item = list.querySelector<HTMLElement>(`[data-person="${id}"]`) ?? this.added(list, id);
    const { place, people } = this.session;
    item.dataset.kind = one.kind;
    const name = item.querySelector("[data-person-name]");
    if (name) name.textContent = people[id]?.name ?? say(place, `kind_${one.kind}`);
    const meta = item.querySelector("[data-person-meta]");
    const state = one.state === "asked" ? "asked" : this.session.stateOf(one);
    const signs = [say(place, `kind_${one.kind}`), say(place, `state_${state}`)];
    const sign = one.state === "joined" ? signOf(one, false) : "";
    if (sign) signs.push(say(place, `sign_${sign}`));
    if (one.state === "joined" && !one.camera) signs.push(say(place, "sign_no_camera"));
    if (meta) meta.textContent = signs.join(" · ");
  }

  private added(list: HTMLElement, id: string): HTMLElement {
    const template = document.querySelector<HTMLTemplateElement>("[data-person-template]");
    const made = template?.content.firstElementChild?.cloneNode(true);
    const item = made instanceof HTMLElement ? made : document.createElement("li");
    item.dataset.person = id;
    list.append(item);
    return item;
  }

  private async press(button: HTMLElement): Promise<void> {
    const person = this.session.people[button.closest<HTMLElement>("[data-person]")?.dataset.person ?? ""];
    const visit = person?.visit_id ?? "";
    const does = button.dataset.personDoes ?? "";
    if (does === "card" || does === "transfer") {
      closeDialog("call-people");
      if (does === "card") this.console(`/visits/${visit}/card`);
      else this.transfer(visit);
      return;
    }
    const ways: Record<string, string> = {
      return: `/visits/${visit}/return`,
      end: `/visits/${visit}/end`,
      send_away: `${this.session.place.addresses.guests}/${person?.guest_id ?? ""}/revoke`,
    };
    const address = ways[does];
    if (!address) return;
    try {
      await tell(address, { leg: String(person?.leg ?? "") });
    } catch (error) {
      toast(error instanceof Refused ? error.message : say(this.session.place, "not_sent"), "bad");
    }
  }
}
