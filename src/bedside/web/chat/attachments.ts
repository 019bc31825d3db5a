/**
 * The files of one draft: what is uploaded to it, what the server holds of it already, and entries
 * of the chart that go along.
 */
import { posted } from "../components/answers";
import type { Picked } from "../live/file_picker";
import { type Item, type Refusal, Uploads } from "../uploading/uploads";

/** Where the drafts of this person are, and what one message takes. */
export interface Place {
  drafts: string;
  owner: string;
  limit: number;
  /** Files and entries that one message takes. */
  most: number;
}

/** A file of which the server has every byte, or that it has refused. */
export interface HeldFile {
  id: string;
  given_id: string;
  name: string;
  size: number;
  media_type: string;
  checked: boolean;
  preview: boolean;
  refusal: string;
}

const ASK_AGAIN_MS = 2_500;
const SOON_MS = 300;

export class Attachments {
  readonly uploads: Uploads;
  held: HeldFile[] = [];
  entries: Picked[] = [];
  private timer = 0;
  private isOver = false;
  /** Those that were refused before the message was pressed: whoever wrote it has seen that. */
  private leftOut = new Set<string>();

  constructor(
    readonly draft: string,
    private readonly place: Place,
    private readonly changed: () => void,
  ) {
    this.uploads = new Uploads(`${place.drafts}/${draft}`, place.owner, draft, place.limit, (item) => {
      if (item.state === "done" || item.state === "refused") this.askIn(SOON_MS);
      this.changed();
    });
  }

  /** Goes on with what was chosen before the page was left. */
  async load(): Promise<void> {
    await Promise.all([this.uploads.resume(), this.ask()]);
    this.changed();
  }

  async add(file: File): Promise<Refusal | "tooMany" | null> {
    return this.files().length + this.entries.length < this.place.most ? this.uploads.add(file, "") : "tooMany";
  }

  pick(picked: readonly Picked[]): void {
    const known = new Set(this.entries.map(({ id }) => id));
    this.entries = [...this.entries, ...picked.filter(({ id }) => !known.has(id))];
    this.changed();
  }

  /** Takes out an entry of the chart, or a file by the name that this browser gave it. */
  async remove(id: string): Promise<void> {
    this.entries = this.entries.filter((one) => one.id !== id);
    const held = this.held.find((one) => id === one.id || id === one.given_id);
    this.held = this.held.filter((one) => one !== held);
    const item = this.items.find(({ kept }) => kept.id === id);
    const arrived = held ?? (item?.state === "done" || item?.state === "refused");
    if (item) await this.uploads.cancel(item);
    this.changed();
    if (arrived) await posted(`${this.address}/remove`, { file: held?.id ?? id }).catch(() => undefined);
  }

  /** Uploads that are under way, and those that are over in this page. */
  get items(): readonly Item[] {
    return this.uploads.items;
  }

  /** What the server holds, and no upload of this page shows. */
  get earlier(): readonly HeldFile[] {
    return this.held.filter((one) => !this.items.some(({ kept }) => kept.id === one.given_id));
  }

  heldOf(item: Item): HeldFile | undefined {
    return this.held.find((one) => one.given_id === item.kept.id);
  }

  /** Whether every file has arrived or was refused. */
  get isComplete(): boolean {
    return this.uploads.unfinished.length === 0;
  }

  get isEmpty(): boolean {
    return this.items.length === 0 && this.held.length === 0 && this.entries.length === 0;
  }

  /** How much of what was chosen is at the server, in hundredths. */
  get percent(): number {
    const items = this.items.filter(({ state }) => state !== "refused");
    const all = items.reduce((sum, { kept }) => sum + kept.file.size, 0);
    const sent = items.reduce((sum, item) => sum + item.sent, 0);
    return all === 0 ? 100 : Math.floor((100 * sent) / all);
  }

  /** The message was pressed to be sent: what is refused from now on is named in it, and says so. */
  press(): void {
    const good = new Set(this.files());
    this.leftOut = new Set(this.named(true).filter((name) => !good.has(name)));
  }

  /** What goes along: files by the names that this browser gave them. */
  files(): string[] {
    return this.named(false);
  }

  /** The same for a message that was pressed. */
  filesPressed(): string[] {
    return this.named(true).filter((name) => !this.leftOut.has(name));
  }

  private named(withRefused: boolean): string[] {
    const items = this.items.filter((item) => withRefused || !this.isRefused(item)).map(({ kept }) => kept.id);
    const earlier = this.earlier.filter(({ refusal }) => withRefused || !refusal).map((one) => one.given_id || one.id);
    return [...earlier, ...items];
  }

  /** The names of what goes along, for the message while it waits. */
  get names(): string[] {
    const items = this.items.filter((item) => !this.isRefused(item)).map(({ kept }) => kept.name);
    const earlier = this.earlier.filter(({ refusal }) => !refusal).map(({ name }) => name);
    return [...this.entries.map(({ name }) => name), ...earlier, ...items];
  }

  private isRefused(item: Item): boolean {
    return item.state === "refused" || (this.heldOf(item)?.refusal ?? "") !== "";
  }

  get address(): string {
    return `${this.place.drafts}/${this.draft}`;
  }

  /** It was sent: there is nothing more to ask. */
  end(): void {
    this.isOver = true;
    window.clearTimeout(this.timer);
  }

  private askIn(delay: number): void {
    window.clearTimeout(this.timer);
    if (!this.isOver) this.timer = window.setTimeout(() => void this.ask(), delay);
  }

  /** Asks what the server holds, again until everything is scanned. */
  private async ask(): Promise<void> {
    try {
      const answer = await fetch(this.address, { headers: { Accept: "application/json", "X-Background": "1" } });
      if (!answer.ok || this.isOver) return;
      this.held = ((await answer.json()) as { files: HeldFile[] }).files;
    } catch {
      return; // it is asked again with the next file, or by opening the page again
    }
    this.changed();
    if (this.held.some(({ checked }) => !checked)) this.askIn(ASK_AGAIN_MS);
  }
}
