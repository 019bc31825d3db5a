/** A visit note that saves itself while it is written, and again after a lost connection. */

const AFTER_MS = 800;
const AGAIN_MS = 3_000;

/** What this page could not save yet, by address: closing the app loses none of it. */
const unsaved = new Map<string, string>();

export class Note {
  private readonly field: HTMLTextAreaElement;
  private readonly address: string;
  private readonly words: Record<string, string>;
  private timer = 0;
  private saving = false;

  constructor(private readonly root: HTMLElement) {
    const form = root as HTMLFormElement;
    const field = root.querySelector("textarea");
    if (!field) throw new Error("a note needs a field");
    this.field = field;
    this.address = form.action;
    this.words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
    const kept = unsaved.get(this.address);
    if (kept !== undefined) {
      this.field.value = kept;
      this.later(0);
    }
    this.field.addEventListener("input", () => {
      unsaved.set(this.address, this.field.value);
      this.later(AFTER_MS);
    });
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
    const done = await this.post(text);
    this.saving = false;
    if (!done) {
      this.say(this.words.waiting ?? "");
      this.later(AGAIN_MS);
    } else if (unsaved.get(this.address) === text) {
      unsaved.delete(this.address);
      this.say(this.words.saved ?? "");
    } else this.later(0);
  }

  private async post(text: string): Promise<boolean> {
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ text }),
      });
      return answer.ok;
    } catch {
      return false;
    }
  }

  private say(words: string): void {
    const place = this.root.querySelector("[data-note-state]");
    if (place && place.textContent !== words) place.textContent = words;
  }
}
