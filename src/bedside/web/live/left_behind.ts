/**
 * Messages that were pressed to be sent and found no connection: any later page of the same person
 * sends them. Each is there once, however often it is posted, because the server knows its draft.
 */
import { posted } from "../components/answers";
import { formShelf } from "./form_shelf";
import { KeptWords } from "./kept_words";

export interface Left {
  draft: string;
  address: string;
  fields: Record<string, string>;
  /** The names of kept words that are over once it is sent. */
  words: string[];
  /** Its files have not arrived: then its own page sends it. */
  needsFiles?: boolean;
}

type Kept = Pick<KeptWords, "read" | "write">;

/** Whether it has to be tried again later: there is no answer, or one that passes. */
function passes(answer: Response | null): boolean {
  return !answer || answer.status >= 500 || answer.status === 401 || answer.status === 429;
}

export class LeftBehind {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly keep: (name: string) => Kept = (name) => new KeptWords(name)) {}

  async all(): Promise<Left[]> {
    try {
      const list: unknown = JSON.parse((await this.keep("chat-left").read()) || "[]");
      return Array.isArray(list) ? (list as Left[]) : [];
    } catch {
      return [];
    }
  }

  add(one: Left): Promise<void> {
    return this.changed((all) => [...all.filter(({ draft }) => draft !== one.draft), one]);
  }

  drop(gone: string): Promise<void> {
    return this.changed((all) => all.filter(({ draft }) => draft !== gone));
  }

  /** Sends what was left, in order. What is refused stays as words that its page gives back. */
  async send(): Promise<void> {
    for (const one of await this.all()) {
      if (one.needsFiles) continue;
      const answer = await posted(one.address, one.fields).catch(() => null);
      if (passes(answer)) return;
      await this.drop(one.draft);
      if (answer?.ok) for (const name of one.words) this.keep(name).write("");
    }
  }

  private changed(change: (all: Left[]) => Left[]): Promise<void> {
    const done = this.last.then(async () => {
      const before = await this.all();
      const after = change(before);
      if (before.length + after.length > 0) this.keep("chat-left").write(after.length ? JSON.stringify(after) : "");
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}

/** On every page of the app. */
export function sendWhatWasLeft(): void {
  if (!formShelf()) return;
  const left = new LeftBehind();
  void left.send();
  window.addEventListener("online", () => void left.send());
}
