import type { Picked } from "../live/file_picker";
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
  /** The names of what goes along, for files of the draft and entries of the chart. */
  names?: string[];
  entries?: Picked[];
}

/** Which draft holds the files of what is being written, and what of the chart goes along. */
export interface KeptFiles {
  draft: string;
  entries: Picked[];
}

/** Removes a visit's words from this tab: the next patient may use the same window. */
export function forgetDrafts(visit: string): void {
  const names = Array.from({ length: sessionStorage.length }, (_none, place) => sessionStorage.key(place) ?? "");
  for (const name of names) {
    if (/^bedside-chat-(draft|unsent|files)-/.test(name) && name.includes(`-${visit}-`))
      sessionStorage.removeItem(name);
  }
}

type Kept = Pick<KeptWords, "read" | "write">;

export class Drafts {
  /** Resolves when what was kept before is here. */
  readonly ready: Promise<void>;
  private readonly keptDraft: Kept;
  private readonly keptUnsent: Kept;
  private readonly keptFiles: Kept;
  private filesOfDraft: KeptFiles | null = null;
  private words: string | null = null;
  private waiting: Unsent[] = [];

  /** Under which names the words that are being written, and their files, are kept. */
  readonly names: [draft: string, files: string];

  constructor(visit: string, leg: string, keep: (name: string) => Kept = (name) => new KeptWords(name)) {
    this.names = [`chat-draft-${visit}-${leg}`, `chat-files-${visit}-${leg}`];
    this.keptDraft = keep(this.names[0]);
    this.keptUnsent = keep(`chat-unsent-${visit}-${leg}`);
    this.keptFiles = keep(this.names[1]);
    this.ready = this.load();
  }

  get draft(): string {
    return this.words ?? "";
  }

  set draft(text: string) {
    this.words = text;
    this.keptDraft.write(text);
  }

  get files(): KeptFiles | null {
    return this.filesOfDraft;
  }

  set files(files: KeptFiles | null) {
    this.filesOfDraft = files;
    this.keptFiles.write(files ? JSON.stringify(files) : "");
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
    const kept = [this.keptDraft.read(), this.keptUnsent.read(), this.keptFiles.read()] as const;
    const [words, unsent, files] = await Promise.all(kept);
    this.words ??= words; // unless somebody was faster
    this.filesOfDraft ??= filesIn(files);
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

function filesIn(kept: string): KeptFiles | null {
  try {
    const files = JSON.parse(kept || "null") as Partial<KeptFiles> | null;
    return files?.draft ? { draft: files.draft, entries: files.entries ?? [] } : null;
  } catch {
    return null;
  }
}
