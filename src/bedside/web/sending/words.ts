/** What the page “Send files” says; see web/sending/words.py. */
import type { Counted } from "../components/counted";
import type { Place } from "../uploading/queue";

export interface Words extends Record<string, unknown> {
  places: Record<Place, string>;
  only_here: Counted;
  send: Counted;
  pages: Counted;
}

export function say(words: Words, name: string, values: Record<string, string> = {}): string {
  return filled(String(words[name] ?? ""), values);
}

export function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
