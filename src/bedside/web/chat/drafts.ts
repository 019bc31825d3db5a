import { KeptWords } from "../live/kept_words";

/**
 * A draft, and messages that are written and not sent yet: kept until they are sent. They belong to
 * one leg of a visit, because what is meant for one clinician must not go to the next.
 */
export interface Unsent {
  draft: string;
  body: string;
  /** What else the form had when it was sent. */
  more?: Record<string, string>;
}

/** Removes a visit's words from this tab: the next patient may use the same window. */
export function forgetDrafts(visit: string): void {
  const names = Array.from({ length: sessionStorage.length }, (_none, place) => sessionStorage.key(place) ?? "");
  for (const name of names) {
    if (/^bedside-chat-(draft|unsent)-/.test(name) && name.includes(`-${visit}-`)) sessionStorage.removeItem(name);
  }
}

type Kept = Pick<KeptWords, "read" | "write">;

export class Drafts {
  /** Resolves when what was kept before is here. */
  readonly ready: Promise<void>;
  private readonly keptDraft: Kept;
  private readonly keptUnsent: Kept;
  private words: string | null = null;
  private waiting: Unsent[] = [];

  constructor(visit: string, leg: string, keep: (name: string) => Kept = (name) => new KeptWords(name)) {
    this.keptDraft = keep(`chat-draft-${visit}-${leg}`);
    this.keptUnsent = keep(`chat-unsent-${visit}-${leg}`);
    this.ready = this.load();
  }

  get draft(): string {
    return this.words ?? "";
  }

  set draft(text: string) {
    this.words = text;
    this.keptDraft.write(text);
  }

  get unsent(): readonly Unsent[] {
    return this.waiting;
  }

  add(one: Unsent): void {
    this.keep([...this.waiting, one]);
  }

  drop(draft: string): void {
    this.keep(this.waiting.filter((one) => one.draft !== draft));
  }

  private async load(): Promise<void> {
    const [words, unsent] = await Promise.all([this.keptDraft.read(), this.keptUnsent.read()]);
    this.words ??= words; // unless somebody was faster
    const before = listIn(unsent);
    if (before.length === 0) return;
    const added = this.waiting.filter((one) => !before.some(({ draft }) => draft === one.draft));
    this.keep([...before, ...added]);
  }

  private keep(all: Unsent[]): void {
    this.waiting = all;
    this.keptUnsent.write(all.length > 0 ? JSON.stringify(all) : "");
  }
}

function listIn(kept: string): Unsent[] {
  try {
    const list: unknown = JSON.parse(kept || "[]");
    return Array.isArray(list) ? (list as Unsent[]) : [];
  } catch {
    return [];
  }
}
