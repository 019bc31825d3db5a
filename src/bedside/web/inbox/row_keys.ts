/** The inbox by keys: from row to row, open, mark reviewed, choose. Marking is in web/live/reviews.ts. */

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("#inbox-list li.row:not([hidden])")];
}

/** The row with the focus; it is remembered while the focus is elsewhere. */
let here = "";

function current(): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>("#inbox-list li.row");
  return focused ?? rows().find((row) => row.id === here);
}

function go(row: HTMLElement | undefined): void {
  if (!row) return;
  here = row.id;
  row.querySelector<HTMLElement>(".row-title")?.focus();
  row.scrollIntoView({ block: "nearest" });
}

function step(by: number): void {
  const all = rows();
  const row = current();
  const at = row ? all.indexOf(row) : -1;
  go(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
}

const ACTS: Readonly<Record<string, () => void>> = {
  next: () => step(1),
  previous: () => step(-1),
  open: () => (current() ?? rows()[0])?.querySelector<HTMLElement>(".row-title")?.click(),
  review: () => review(),
  choose: () => (current() ?? rows()[0])?.querySelector<HTMLElement>("input[name=chosen]")?.click(),
};

function review(): void {
  const row = current() ?? rows()[0];
  if (!row) return;
  const all = rows();
  const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
  row.querySelector("form")?.requestSubmit();
  go(next);
}

export function startRowKeys(): void {
  document.addEventListener("focusin", (event) => {
    const row = (event.target as Element).closest<HTMLElement>("#inbox-list li.row");
    if (row) here = row.id;
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-inbox-do]");
    if (button) ACTS[button.dataset.inboxDo ?? ""]?.();
  });

  const keys = document.querySelector<HTMLElement>("[data-inbox-keys]");
  const show = (): void => {
    if (keys) keys.hidden = rows().length === 0;
  };
  document.addEventListener("bedside:fragment", show);
  show();
}
