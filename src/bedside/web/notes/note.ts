/**
 * A visit note that saves itself while it is written, and again after a lost connection. What could
 * not be saved is kept in the browser, and outlives the page and the session.
 */
import { refusalIn } from "../components/answers";
import { KeptWords } from "../live/kept_words";

const AFTER_MS = 800;
const AGAIN_MS = 3_000;

/** What this page could not save yet, by address: closing the app loses none of it. */
const unsaved = new Map<string, string>();

/** What is kept of a note: as the server had it when the writing began, and as it is now. */
interface Kept {
  before: string;
  text: string;
}

/** Joins what was kept with what the server has by now: the later text, or both if they differ. */
export function joined({ before, text }: Kept, now: string): string {
  if (now === before || now === "" || text.startsWith(now)) return text;
  return now.endsWith(text) ? now : `${now}\n\n${text}`;
}

export class Note {
  private readonly field: HTMLTextAreaElement;
  private readonly address: string;
  private readonly words: Record<string, string>;
  private readonly kept: KeptWords;
  /** The note as the server has it. */
  private before: string;
  private timer = 0;
  private saving = false;

  constructor(private readonly root: HTMLElement) {
    const form = root as HTMLFormElement;
    const field = root.querySelector("textarea");
    if (!field) throw new Error("a note needs a field");
    this.field = field;
    this.address = form.action;
    this.words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
    this.before = field.defaultValue;
    this.kept = new KeptWords(`note-${new URL(this.address, location.href).pathname}`);
    const text = unsaved.get(this.address);
    if (text !== undefined) this.change(text, 0);
    else void this.kept.read().then((words) => this.giveBack(words));
    this.field.addEventListener("input", () => this.change(this.field.value, AFTER_MS));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.later(0);
    });
    window.addEventListener("online", this.goOn);
    window.addEventListener("beforeunload", this.leaving);
  }

  /** The app is closed: unsaved text is saved now. */
  end(): void {
    this.later(0);
    window.removeEventListener("online", this.goOn);
    window.removeEventListener("beforeunload", this.leaving);
  }

  private giveBack(words: string): void {
    if (!words || unsaved.has(this.address)) return;
    const text = joined(JSON.parse(words) as Kept, this.field.value);
    if (text === this.field.value) this.kept.write("");
    else this.change(text, 0);
  }

  private change(text: string, wait: number): void {
    if (this.field.value !== text) this.field.value = text;
    unsaved.set(this.address, text);
    this.kept.write(JSON.stringify({ before: this.before, text }));
    this.later(wait);
  }

  private readonly goOn = (): void => this.later(0);

  private readonly leaving = (event: BeforeUnloadEvent): void => {
    if (unsaved.has(this.address)) event.preventDefault();
  };

  private later(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), wait);
  }

  private async save(): Promise<void> {
    const text = unsaved.get(this.address);
    if (text === undefined || this.saving) return;
    this.saving = true;
    this.say(this.words.saving ?? "");
    const refused = await this.post(text);
    this.saving = false;
    if (refused !== "") {
      this.say(refused);
      this.later(AGAIN_MS);
    } else {
      this.before = text;
      if (unsaved.get(this.address) !== text) return this.later(0);
      unsaved.delete(this.address);
      this.kept.write("");
      this.say(this.words.saved ?? "");
    }
  }

  /** Returns why it is not saved; "" if it is. */
  private async post(text: string): Promise<string> {
    const waiting = this.words.waiting ?? "waiting";
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ text }),
      });
      if (answer.ok) return "";
      if (answer.status === 401) return this.words.signed_out ?? waiting;
      return refusalIn(await answer.text()).sentence || waiting;
    } catch {
      return waiting;
    }
  }

  private say(words: string): void {
    const place = this.root.querySelector("[data-note-state]");
    if (place && place.textContent !== words) place.textContent = words;
  }
}
