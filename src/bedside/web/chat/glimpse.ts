/** The first line of a new message, shown for a moment over the pictures of a call. */
import { fragmentOf } from "../live/fragment";

const SHOWN_MS = 5_000;
const LONGEST = 120;

/** The first line with words in it, cut where it gets long. */
export function firstLine(words: string, longest = LONGEST): string {
  const line =
    words
      .split("\n")
      .find((one) => one.trim() !== "")
      ?.trim() ?? "";
  const signs = [...line];
  return signs.length > longest
    ? `${signs
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`
    : line;
}

export class Glimpse {
  private timer = 0;

  /** `list` renders the messages; `place` finds where a new one is shown. */
  constructor(
    private readonly list: string,
    private readonly place: () => HTMLElement | null,
  ) {}

  /** Shows the newest message of the other side. Resolves to what is shown, for screen readers. */
  async show(): Promise<string> {
    const content = await fragmentOf(this.list).catch(() => null);
    const newest = [...(content?.querySelectorAll<HTMLElement>("[data-theirs]") ?? [])].at(-1);
    const place = this.place();
    if (!newest || !place) return "";
    const who = `${newest.dataset.who ?? ""}:`;
    const words = firstLine(newest.querySelector(".chat-words")?.textContent ?? "");
    for (const [name, text] of [
      ["[data-glimpse-who]", who],
      ["[data-glimpse-words]", words],
    ] as const) {
      const part = place.querySelector(name);
      if (part) part.textContent = text;
    }
    place.hidden = false;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), SHOWN_MS);
    return `${who} ${words}`;
  }

  /** Nothing of a message stays in the page. */
  hide(): void {
    window.clearTimeout(this.timer);
    const place = this.place();
    if (!place) return;
    place.hidden = true;
    for (const part of place.querySelectorAll("[data-glimpse-who], [data-glimpse-words]")) part.textContent = "";
  }
}
