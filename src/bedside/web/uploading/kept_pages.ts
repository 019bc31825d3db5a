/**
 * Photographed pages of one place (a form, a conversation), kept in this browser, encrypted, until the
 * document that is made of them is taken: a killed page, or a phone that is switched off, loses none.
 */
import { type OwnFile, OwnFiles } from "./own_files";
import type { Keeper, PageTaken } from "./paper_pages";

export class KeptPages implements Keeper {
  private readonly store: OwnFiles;
  private pages: PageTaken[] = [];
  /** Photos that the browser had no room to keep: then the page must stay open. */
  private readonly loose = new Map<string, Blob>();

  constructor(
    { owner, key }: { owner: string; key: string },
    private readonly place: string,
    private readonly follower: {
      /** The pages are others than before. */
      changed(): void;
      /** Takes the document; false if it was not taken: then its pages stay. `id` is the same each time. */
      take(document: File, id: string): Promise<boolean>;
      /** It was taken, and its pages are not kept any more. */
      done?(): void;
    },
  ) {
    this.store = new OwnFiles(owner, key);
  }

  /** Finds what was kept before the page was left. */
  async start(): Promise<void> {
    await this.look();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.look();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.loose.size) event.preventDefault();
    });
  }

  get taken(): PageTaken[] {
    return [...this.pages].sort((one, other) => one.file.page!.order - other.file.page!.order);
  }

  /** Whether all of them would survive this page. */
  get survives(): boolean {
    return this.loose.size === 0;
  }

  async keep(photo: Blob, name: string, page: NonNullable<OwnFile["page"]>): Promise<PageTaken> {
    const file: OwnFile = {
      id: crypto.randomUUID(),
      patient: this.place,
      name,
      type: photo.type,
      size: photo.size,
      comment: "",
      category: "other",
      state: "chosen",
      sentence: "",
      address: "",
      keptAt: Date.now(),
      page,
    };
    const taken = { file };
    await this.put(taken, photo);
    this.pages.push(taken);
    this.follower.changed();
    return taken;
  }

  async content({ file }: PageTaken): Promise<Blob | null> {
    return this.loose.get(file.id) ?? this.store.content(file);
  }

  async replace(taken: PageTaken, photo: Blob): Promise<void> {
    Object.assign(taken.file, { size: photo.size, type: photo.type });
    await this.put(taken, photo);
    this.follower.changed();
  }

  async change({ file }: PageTaken, page: NonNullable<OwnFile["page"]>): Promise<void> {
    file.page = page;
    if (!this.loose.has(file.id)) await this.store.change(file);
    this.follower.changed();
  }

  async remove({ file }: PageTaken): Promise<void> {
    this.pages = this.pages.filter((other) => other.file.id !== file.id);
    this.loose.delete(file.id);
    await this.store.remove(file.id);
    this.follower.changed();
  }

  async use(made: Blob, name: string, pages: readonly PageTaken[]): Promise<void> {
    const document = new File([made], name, { type: made.type });
    if (!(await this.follower.take(document, pages[0]?.file.id ?? ""))) return;
    for (const page of pages) await this.remove(page);
    this.follower.done?.();
  }

  private async put({ file }: PageTaken, photo: Blob): Promise<void> {
    if (await this.store.keep(file, photo)) this.loose.delete(file.id);
    else this.loose.set(file.id, photo);
  }

  /** Compares with what is kept: another page may have taken or removed some. */
  private async look(): Promise<void> {
    const kept = (await this.store.all()).filter(({ page, patient }) => page && patient === this.place);
    const known = new Map(this.pages.map((one) => [one.file.id, one]));
    const loose = this.pages.filter(({ file }) => this.loose.has(file.id));
    this.pages = [...loose, ...kept.map((file) => known.get(file.id) ?? { file })];
    this.follower.changed();
  }
}
