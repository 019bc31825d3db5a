/**
 * Three boxes for a date of birth: a full box moves on to the next, Backspace in an empty one moves
 * back, and a whole date that is pasted or autofilled is spread over all three.
 */
function boxesOf(group: Element): HTMLInputElement[] {
  return [...group.querySelectorAll<HTMLInputElement>("input")];
}

/** What a box is for, by the end of its name. */
type Part = "year" | "month" | "day";

function partOf(box: HTMLInputElement): Part {
  return box.name.endsWith("_month") ? "month" : box.name.endsWith("_day") ? "day" : "year";
}

/** Whether no further digit could follow in a box that holds so many. */
export function isFull(part: Part, digits: string, most: number): boolean {
  if (digits.length >= most) return true;
  // “4” can only be a complete day or month if no second digit could follow.
  if (part === "month") return Number(digits) > 1;
  return part === "day" && Number(digits) > 3;
}

/** A whole date as text, for boxes in this order; null when it is none. ISO dates say what is what. */
export function spread(text: string, order: readonly Part[]): string[] | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const written = text.split(/\D+/).filter(Boolean);
  if (written.length !== 3) return null;
  if (!iso) return written;
  const [, year = "", month = "", day = ""] = iso;
  return order.map((part) => ({ year, month, day })[part]);
}

function onInput(event: Event): void {
  const box = event.target as HTMLInputElement;
  const group = box.closest("[data-date-of-birth]");
  if (!group) return;
  box.value = box.value.replace(/\D/g, "");
  const typed = event instanceof InputEvent && event.inputType.startsWith("insert");
  const boxes = boxesOf(group);
  const next = boxes[boxes.indexOf(box) + 1];
  if (typed && next && isFull(partOf(box), box.value, box.maxLength)) {
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
  boxes.forEach((box, index) => {
    box.value = parts[index] ?? "";
  });
}

export function startDateOfBirth(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  document.addEventListener("paste", onPaste);
}
