/**
 * Three boxes for a date of birth: a full box moves on to the next, Backspace in an empty one moves
 * back, and a whole date that is pasted or filled in by the browser is spread over all three.
 */
function boxesOf(group: Element): HTMLInputElement[] {
  return [...group.querySelectorAll<HTMLInputElement>("input")];
}

function isFull(box: HTMLInputElement): boolean {
  const digits = box.value;
  if (digits.length >= box.maxLength) return true;
  // “4” can only be a day or a month by itself when no second digit could follow.
  const first = Number(digits);
  if (box.name.endsWith("_month")) return first > 1;
  if (box.name.endsWith("_day")) return first > 3;
  return false;
}

function onInput(event: Event): void {
  const box = event.target as HTMLInputElement;
  const group = box.closest("[data-date-of-birth]");
  if (!group) return;
  box.value = box.value.replace(/\D/g, "");
  const typed = event instanceof InputEvent && event.inputType.startsWith("insert");
  const boxes = boxesOf(group);
  const next = boxes[boxes.indexOf(box) + 1];
  if (typed && next && isFull(box)) {
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
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const parts = text.split(/\D+/).filter(Boolean);
  if (parts.length !== 3) return;
  event.preventDefault();
  boxesOf(group).forEach((box, index) => {
    const byName = iso ? (box.name.endsWith("_year") ? iso[1] : box.name.endsWith("_month") ? iso[2] : iso[3]) : parts[index];
    box.value = byName ?? "";
  });
}

export function startDateOfBirth(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  document.addEventListener("paste", onPaste);
}
