/**
 * Three boxes for a date of birth: a full box moves on to the next, Backspace in an empty one moves
 * back, and a whole date that is pasted or autofilled is spread over all three. Digits of other
 * scripts become those of the boxes; a month may be a word, which the server reads.
 */
function boxesOf(group: Element): HTMLInputElement[] {
  return [...group.querySelectorAll<HTMLInputElement>("input")];
}

/** What a box is for, by the end of its name. */
type Part = "year" | "month" | "day";
type Parts = Record<Part, string>;

function partOf(box: HTMLInputElement): Part {
  return box.name.endsWith("_month") ? "month" : box.name.endsWith("_day") ? "day" : "year";
}

/** The text with every decimal digit in ASCII: Unicode has the ten of a script in a row. */
export function plainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}

/** What stays of the text in a box: digits, and the letters of a month. */
export function kept(part: Part, text: string): string {
  const plain = plainDigits(text);
  return part === "year" ? plain.replace(/[^\d]/g, "") : plain.replace(/[^\p{L}\p{M}\d]/gu, "");
}

/** Whether no further digit could follow in a box that holds so many. */
export function isFull(part: Part, typed: string, most: number): boolean {
  if (!/^\d+$/.test(typed)) return false;
  if (typed.length >= most) return true;
  // “4” can only be a complete day or month if no second digit could follow.
  if (part === "month") return Number(typed) > 1;
  return part === "day" && Number(typed) > 3;
}

/**
 * The parts of a whole date as text, for boxes in this order; null when it is none. A month as a
 * word, a year of four digits and a day after the 12th say what is what; the order tells the rest.
 */
export function spread(text: string, order: readonly Part[]): Parts | null {
  const pieces = plainDigits(text).match(/\d+|[\p{L}\p{M}]{3,}/gu) ?? [];
  const numbers = pieces.filter((piece) => /^\d/.test(piece));
  if (numbers.length === 2) return withWord(pieces, numbers);
  if (numbers.length !== 3) return null;
  const [first = "", second = "", third = ""] = numbers;
  if (first.length === 4) return { year: first, month: second, day: third };
  const [one, two] = order[0] === "month" ? (["month", "day"] as const) : (["day", "month"] as const);
  if (third.length !== 4 && order[0] === "year") return { year: first, month: second, day: third };
  const parts: Parts = { year: third, month: "", day: "" };
  parts[one] = first;
  parts[two] = second;
  if (Number(parts.month) > 12 && Number(parts.day) <= 12) [parts.month, parts.day] = [parts.day, parts.month];
  return parts;
}

/** Beginnings of months in the product's languages; the server knows the whole words. */
const MONTH =
  /^(?:jan|jän|ene|f[eé]b|f[eé]v|mar|mär|mae|mrz|a[pvb]r|ma[iy]|jun|juin|jul|juil|aug|ao[uû]|ago|sep|set|o[ck]t|nov|d[eé]c|dez|dic)/i;

function withWord(pieces: readonly string[], numbers: readonly string[]): Parts | null {
  // The last one: “mardi 4 mars 1985” begins with a day of the week.
  const word = pieces.filter((piece) => MONTH.test(piece)).at(-1);
  const [first = "", second = ""] = numbers;
  if (!word) return null;
  return first.length === 4 ? { year: first, month: word, day: second } : { year: second, month: word, day: first };
}

function onInput(event: Event): void {
  const box = event.target as HTMLInputElement;
  const group = box.closest("[data-date-of-birth]");
  if (!group || (event instanceof InputEvent && event.isComposing)) return;
  const part = partOf(box);
  const clean = kept(part, box.value);
  if (box.value !== clean) box.value = clean;
  const typed = event instanceof InputEvent && event.inputType.startsWith("insert");
  const boxes = boxesOf(group);
  const next = boxes[boxes.indexOf(box) + 1];
  if (typed && next && isFull(part, box.value, Number(box.dataset.digits))) {
    next.focus();
    next.select();
  }
}

function onKey(event: KeyboardEvent): void {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || event.key !== "Backspace" || box.value) return;
  const group = box.closest("[data-date-of-birth]");
  if (!group) return;
  const boxes = boxesOf(group);
  boxes[boxes.indexOf(box) - 1]?.focus();
}

function onPaste(event: ClipboardEvent): void {
  const group = (event.target as Element).closest("[data-date-of-birth]");
  const text = event.clipboardData?.getData("text").trim() ?? "";
  if (!group) return;
  const boxes = boxesOf(group);
  const parts = spread(text, boxes.map(partOf));
  if (!parts) return;
  event.preventDefault();
  for (const box of boxes) box.value = parts[partOf(box)];
}

export function startDateOfBirth(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  document.addEventListener("paste", onPaste);
}
