/**
 * An app of the call window that concerns one patient. With several patients in the call one is
 * chosen; when the patient of the open app leaves the call, the app closes.
 */

import { fragmentOf } from "../live/fragment";
import { type AppContext, type CallApp, patientsIn } from "./call_app";
import { say } from "./place";

/** Something that runs in a piece of the page. */
export interface Running {
  end(): void;
  /** Called when it becomes visible again. */
  shown?(): void;
}

/** Activates what the server rendered. `isOnly`: no other patient is in the call. */
type Start = (root: HTMLElement, isOnly: boolean) => Running | null;

/** `address` renders the app of a visit, in which `marked` is its root; `start` activates it. */
export function perPatient(address: (visit: string) => string, marked: string, start: Start): CallApp {
  return new PerPatient(address, marked, start);
}

class PerPatient implements CallApp {
  private context: AppContext | null = null;
  private place: HTMLElement | null = null;
  private choice: HTMLSelectElement | null = null;
  private running: Running | null = null;
  private visit = "";

  constructor(
    private readonly address: (visit: string) => string,
    private readonly marked: string,
    private readonly start: Start,
  ) {}

  mount(panel: HTMLElement, context: AppContext): void {
    this.context = context;
    this.place = document.createElement("div");
    panel.append(this.place);
    context.session.addEventListener("change", this.look);
    this.look();
  }

  unmount(): void {
    this.context?.session.removeEventListener("change", this.look);
    this.running?.end();
    this.running = this.context = this.place = this.choice = null;
    this.visit = "";
  }

  /** Update who is in the call. */
  private readonly look = (): void => {
    if (!this.context || !this.place) return;
    const patients = patientsIn(this.context.session);
    if (this.visit && !patients.some((one) => one.visit_id === this.visit)) {
      this.context.close();
      return;
    }
    this.offer(patients.map((one) => [one.visit_id ?? "", one.name]));
    const first = patients[0]?.visit_id;
    if (!this.visit && first) void this.open(first);
    else if (!first && !this.place.hasChildNodes())
      this.place.textContent = say(this.context.session.place, "no_patient");
  };

  private offer(patients: [string, string][]): void {
    if (patients.length < 2) {
      this.choice?.closest(".field")?.remove();
      this.choice = null;
      return;
    }
    const choice = this.choice ?? this.addChoice();
    if ([...choice.options].map((option) => option.value).join() === patients.map(([visit]) => visit).join()) return;
    choice.replaceChildren(...patients.map(([visit, name]) => new Option(name, visit, false, visit === this.visit)));
  }

  private addChoice(): HTMLSelectElement {
    const field = Object.assign(document.createElement("div"), { className: "field app-patient" });
    const label = Object.assign(document.createElement("label"), { className: "field-label", htmlFor: "app-patient" });
    if (this.context) label.textContent = say(this.context.session.place, "which_patient");
    const around = Object.assign(document.createElement("span"), { className: "select" });
    this.choice = Object.assign(document.createElement("select"), { className: "input", id: "app-patient" });
    this.choice.addEventListener("change", () => void this.open(this.choice?.value ?? ""));
    around.append(this.choice);
    field.append(label, around);
    this.place?.before(field);
    return this.choice;
  }

  private async open(visit: string): Promise<void> {
    this.running?.end();
    this.running = null;
    this.visit = visit;
    this.place?.replaceChildren(); // nothing may be written to the previous patient by mistake
    let found: HTMLElement | null = null;
    try {
      found = (await fragmentOf(this.address(visit))).querySelector<HTMLElement>(this.marked);
    } catch {
      found = null;
    }
    if (this.visit !== visit || !this.place || !this.context) return;
    if (!found) {
      this.place.textContent = say(this.context.session.place, "app_failed");
      return;
    }
    this.place.replaceChildren(found);
    this.running = this.start(found, patientsIn(this.context.session).length === 1);
  }
}
