import { type Counted, sayCount as countedSentence } from "../components/counted";
import type { Lack } from "./store";

/** The page's data for its script: limits, what is agreed to, and texts of the catalogue. */
export interface Settings {
  request: string;
  /** Address of the request's pages, without a trailing slash. */
  here: string;
  /** Whom it is about, in a word that says nothing by itself, and when its link ends. */
  person: string;
  until: number;
  /** The number of the link: a new one has the next number. */
  round: number;
  /** Most photos, and most bytes of all of them together. */
  limit: number;
  bytes: number;
  /** How many photos are in the chart already. */
  filed: number;
  /** Whether agreed photos are still to come. */
  sending: boolean;
  /** Photos of the request beside those the page shows count, too. */
  away: number;
  awayBytes: number;
  /** How many photos were agreed to when the page was made, and their names. */
  expected: number;
  coming: string[];
  sent: string[];
  texts: Record<string, string>;
  /** Sentences about any number of photos: their forms, and which to take for 0, 1, 2 … photos. */
  counted: Record<string, Counted>;
}

const MOST_NAMES = 3;
const LONGEST = 40;

export function readSettings(here: string): Settings {
  const text = document.getElementById("photo-request")?.textContent ?? "{}";
  return { ...(JSON.parse(text) as Omit<Settings, "here">), here };
}

/** A sentence with its {names} filled in. */
export function say(settings: Settings, name: string, values: Record<string, string | number> = {}): string {
  const sentence = settings.texts[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_whole, key: string) => String(values[key] ?? ""));
}

/** What to do where the phone keeps nothing. */
export function sayLack(settings: Settings, lack: Lack): string {
  return lack ? say(settings, lack === "room" ? "notStored" : "keepsNothing") : "";
}

/** The first of many names, so that a list of them fits above a button on a phone. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name));
  const more = names.length - shown.length;
  return shown.join(", ") + (more ? ` … (+${more})` : "");
}

/** The sentence for this many photos. */
export function sayCount(settings: Settings, name: string, count: number): string {
  return countedSentence(settings.counted[name], count);
}
