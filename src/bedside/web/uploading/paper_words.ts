/** What the pages of paper say; see edge/paper_words.py. */
import type { Counted } from "../components/counted";

export interface PaperWords extends Record<string, unknown> {
  pages: Counted;
}

export function say(words: Record<string, unknown>, name: string, values: Record<string, string> = {}): string {
  return filled(String(words[name] ?? ""), values);
}

export function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
