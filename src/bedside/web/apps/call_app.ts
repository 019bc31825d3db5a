/** What an app of the call window is, and what it sees of the call. */
import type { CallPlace } from "./place";

/** A participant, with the name that this audience may know. */
export interface Person {
  name: string;
  kind: string;
  /** For staff, who act on them: the visit of a patient and its leg, the invitation of a guest. */
  visit_id?: string;
  leg?: number;
  guest_id?: string;
  /** More than one device has come by this guest's link. */
  same_link?: boolean;
}

/** The call; “change” tells that somebody came or went. */
export interface OpenCall extends EventTarget {
  readonly place: CallPlace;
  /** By participant, as far as they are known. */
  readonly people: Readonly<Record<string, Person>>;
  others(): [participant: string, facts: { kind: string }][];
}

/** What an app gets. `visits` are the patients in the call now, as visit ids. */
export interface AppContext {
  session: OpenCall;
  visits: () => string[];
  close: () => void;
}

/** An app's module: mounts into an empty panel, and leaves nothing behind when it is unmounted. */
export interface CallApp {
  mount: (panel: HTMLElement, context: AppContext) => void | Promise<void>;
  unmount: () => void;
}

/** Modules by their names in the server's registry, loaded once the call has begun. */
export type AppModules = Readonly<Record<string, () => Promise<CallApp>>>;

/** The visits of the patients who are in the call or expected. */
export function visitsIn(call: OpenCall): string[] {
  return patientsIn(call).flatMap((person) => person.visit_id ?? []);
}

/** The patients who are in the call or expected, as far as their names are known. */
export function patientsIn(call: OpenCall): Person[] {
  return call
    .others()
    .filter(([, one]) => one.kind === "patient")
    .flatMap(([id]) => call.people[id] ?? []);
}
