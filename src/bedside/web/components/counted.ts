/** Sentences about any number: the server sends their forms (bedside/edge/counted.py). */
export interface Counted {
  forms: string[];
  /** For 0, 1, 2 … which of the forms to take. */
  which: number[];
}

const HUNDRED = 100;

/** The sentence for this many, with its other {names} filled in. */
export function sayCount(counted: Counted | undefined, count: number, values: Record<string, string> = {}): string {
  const { forms, which } = counted ?? { forms: [], which: [] };
  // Beyond the list the last two digits decide, or the list was made for all there can be.
  const like = count < which.length ? count : HUNDRED + (count % HUNDRED);
  const form = forms[which[Math.min(like, which.length - 1)] ?? 0] ?? "";
  return form.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    name === "count" ? String(count) : (values[name] ?? ""),
  );
}

/** The sentence that an attribute holds. */
export function readCounted(text: string | undefined): Counted {
  return text ? (JSON.parse(text) as Counted) : { forms: [], which: [] };
}
