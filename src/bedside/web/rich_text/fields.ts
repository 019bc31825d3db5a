/**
 * Fields of a rich text, “[[first name]]”, and optional parts, “[[insured??Please bring your card.]]”:
 * words of the document that somebody has to fill in, keep or leave out. They are found in the words
 * and shown by decorations; the document stays as it is written. bedside/letters/filling.py has the
 * same rules: a field never stands inside an optional part.
 */
import type { Node } from "prosemirror-model";

export interface Open {
  kind: "field" | "optional part";
  from: number;
  to: number;
  name: string;
  /** Where the words of an optional part are. */
  words?: { from: number; to: number };
}

const OPEN = /\[\[([^[\]\n?]{1,60})\?\?([^[\]]*)\]\]|\[\[([^[\]\n]{1,60})\]\]/g;
/** Stands for a line break, so that places in the words are places in the document. */
const BREAK = "\n";

/** What is open in these words, in its order, with places in the words. */
export function openIn(words: string): Open[] {
  return [...words.matchAll(OPEN)].map((found) => {
    const [from, to] = [found.index, found.index + found[0].length];
    const [, part, kept, field = ""] = found;
    if (part === undefined || kept === undefined) return { kind: "field", from, to, name: field };
    const words = { from: to - 2 - kept.length, to: to - 2 };
    return { kind: "optional part", from, to, name: part, words };
  });
}

/** What is open in a document, in its order, with places in the document. */
export function openFields(doc: Node): Open[] {
  const found: Open[] = [];
  doc.descendants((block, place) => {
    if (!block.isTextblock) return true;
    const start = place + 1;
    const words = block.textBetween(0, block.content.size, undefined, BREAK);
    for (const one of openIn(words)) found.push(moved(one, start));
    return false;
  });
  return found;
}

function moved(one: Open, by: number): Open {
  const { words } = one;
  const places = words ? { words: { from: words.from + by, to: words.to + by } } : {};
  return { ...one, from: one.from + by, to: one.to + by, ...places };
}

/** The next of them after a place, and after the last the first. */
export function nextAfter(open: readonly Open[], place: number): Open | undefined {
  return open.find((one) => one.from >= place) ?? open[0];
}

/** The names that somebody fills in, as they are compared. */
export function plainName(name: string): string {
  return name.trim().split(/\s+/).join(" ").toLocaleLowerCase();
}
