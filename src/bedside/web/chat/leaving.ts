/** Files of messages that were pressed to be sent and wait for their uploads. */

import { percent } from "../components/sizes";
import type { Picked } from "../live/file_picker";
import type { Attachments } from "./attachments";
import type { Tray } from "./tray";

export class Leaving {
  private readonly files = new Map<string, Attachments>();
  private readonly label: HTMLElement | null;
  private readonly written: string;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Record<string, string>,
    private readonly tray: Tray | null,
  ) {
    this.label = root.querySelector<HTMLElement>("[data-chat-send] > span, #chat-send > span");
    this.written = this.label?.textContent ?? "";
  }

  add(files: Attachments): void {
    files.press();
    this.files.set(files.draft, files);
  }

  /** Goes on with the uploads of a message that was pressed before the page was left. */
  resume(draft: string): void {
    if (this.files.has(draft) || !this.tray) return;
    const files = this.tray.begun(draft);
    this.files.set(draft, files);
    this.loading.add(draft);
    void files.load().then(() => {
      this.loading.delete(draft);
      this.draw();
    });
  }

  private readonly loading = new Set<string>();

  isComplete(draft: string): boolean {
    return !this.loading.has(draft) && (this.files.get(draft)?.isComplete ?? true);
  }

  /** Whether a message waits of which every file is here now. */
  get hasNews(): boolean {
    return [...this.files.keys()].some((draft) => this.isComplete(draft));
  }

  /** What goes along with a message, as fields of its form. */
  fields(draft: string, entries: readonly Picked[]): Record<string, string> {
    const files = this.files.get(draft)?.filesPressed() ?? [];
    return {
      ...(files.length > 0 ? { files: files.join(",") } : {}),
      ...(entries.length > 0 ? { entries: entries.map(({ id }) => id).join(",") } : {}),
    };
  }

  /** The message has left, or comes back with its files. */
  drop(draft: string, comesBack = false): Attachments | null {
    const files = this.files.get(draft) ?? null;
    this.files.delete(draft);
    if (!comesBack) files?.end();
    return files;
  }

  /** “Sending, 40 %”, "" for a message of which everything is here. */
  progress(draft: string): string {
    const files = this.files.get(draft);
    if (!files || files.isComplete) return "";
    return (this.words.sending_part ?? "").replace("{percent}", percent(files.percent));
  }

  draw(): void {
    let said = "";
    for (const draft of this.files.keys()) {
      const now = this.progress(draft);
      said ||= now;
      const place = this.root.querySelector(`[data-unsent-state="${draft}"]`);
      if (place && now) place.textContent = now;
    }
    if (this.label) this.label.textContent = said || this.written;
  }
}
