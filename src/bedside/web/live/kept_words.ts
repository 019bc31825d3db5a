/**
 * Words that a script sends by itself (a message, a note): kept from the first letter until the
 * server has them. Those of staff lie with their other drafts, encrypted; on a patient's page
 * nobody is signed in, and they stay in this tab.
 */
import type { FormShelf } from "../uploading/kept_forms";
import { formShelf } from "./form_shelf";

export class KeptWords {
  private next: string | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly shelf: Pick<FormShelf, "keep" | "get" | "forget"> | null = formShelf(),
  ) {}

  /** What was kept, "" for nothing. */
  async read(): Promise<string> {
    const inTab = sessionStorage.getItem(this.key) ?? "";
    if (!this.shelf) return inTab;
    // Earlier versions kept the words of staff in the tab, in clear.
    sessionStorage.removeItem(this.key);
    await this.last;
    return (await this.shelf.get(this.name))?.fields[0]?.[1] ?? inTab;
  }

  /** Keeps these in place of what was kept; "" forgets it. While one writes, only the newest counts. */
  write(words: string): void {
    if (!this.shelf) {
      if (words) sessionStorage.setItem(this.key, words);
      else sessionStorage.removeItem(this.key);
      return;
    }
    const isComing = this.next !== null;
    this.next = words;
    if (!isComing) this.last = this.last.then(() => this.writeNext());
  }

  private get key(): string {
    return `bedside-${this.name}`;
  }

  private async writeNext(): Promise<void> {
    const words = this.next ?? "";
    this.next = null;
    if (!words) await this.shelf?.forget(this.name);
    else await this.shelf?.keep({ name: this.name, fields: [["words", words]], pressedAt: 0, address: "" });
  }
}
