/**
 * <time datetime data-relative>: “3 minutes ago”, kept current. data-relative="short" writes
 * “3 min”. The exact time, in the clinic's format, stays in the title that the server wrote.
 */
const STEPS: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const REFRESH_MS = 20_000;

const language = document.documentElement.lang || "en";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

function largestStep(seconds: number): readonly [Intl.RelativeTimeFormatUnit, number] {
  return STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
}

/** `moment` and `now` in milliseconds since the epoch. */
export function relative(moment: number, now: number, short = false): string {
  const seconds = Math.round((moment - now) / 1000);
  const [unit, size] = largestStep(seconds);
  const amount = Math.trunc(seconds / size);
  if (!short) return amount === 0 ? words.format(0, "second") : words.format(amount, unit);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(Math.abs(amount));
}

export function refreshTimes(root: ParentNode = document): void {
  const now = Date.now();
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) continue;
    const text = relative(moment, now, element.dataset.relative === "short");
    if (element.textContent !== text) element.textContent = text;
  }
}

export function startTimes(): void {
  refreshTimes();
  window.setInterval(refreshTimes, REFRESH_MS);
  document.addEventListener("visibilitychange", () => refreshTimes());
  document.addEventListener("htmx:afterSwap", () => refreshTimes());
}
