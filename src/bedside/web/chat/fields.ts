/** Fields of canned replies that nobody has filled in: bedside/conversations/canned_fields.py has the same. */

export interface Open {
  start: number;
  end: number;
  name: string;
}

/** What stands in [[double brackets]], in its order. */
export function openFields(words: string): Open[] {
  return [...words.matchAll(/\[\[([^[\]\n]{1,60})\]\]/g)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    name: found[1] ?? "",
  }));
}

/** Whether a slash before the caret begins a search: at the start of a word. */
export function beginsSearch(words: string, caret: number): boolean {
  return words[caret - 1] === "/" && (caret === 1 || /\s/.test(words[caret - 2] ?? ""));
}

/** Whether every word of a search is in a text, without case and accents. */
export function fits(search: string, text: string): boolean {
  const plain = plainOf(text);
  return plainOf(search)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function plainOf(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
