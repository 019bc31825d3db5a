/** Photographed pages that lie in the queue, beside the files that it sends. */
import type { OwnFile } from "../uploading/own_files";
import type { Keeper, PageTaken } from "../uploading/paper_pages";
import type { Item, Queue } from "../uploading/queue";

type Page = NonNullable<OwnFile["page"]>;

export class PagesOfQueue implements Keeper {
  constructor(
    private readonly queue: Queue,
    private readonly patient: string,
  ) {}

  get taken(): Item[] {
    return this.queue.pages("").filter(({ file }) => file.patient === this.patient);
  }

  get survives(): boolean {
    return this.taken.every(({ survives }) => survives);
  }

  keep(photo: Blob, name: string, page: Page): Promise<Item> {
    return this.queue.add(photo, { patient: this.patient, name, page });
  }

  content(taken: PageTaken): Promise<Blob | null> {
    return this.queue.content(taken as Item);
  }

  replace(taken: PageTaken, photo: Blob): Promise<void> {
    return this.queue.replace(taken as Item, photo);
  }

  change(taken: PageTaken, page: Page): Promise<void> {
    return this.queue.change(taken as Item, { page });
  }

  remove(taken: PageTaken): Promise<void> {
    return this.queue.remove(taken as Item);
  }

  /** The document is sent like any other file; its pages stay on the phone until the clinic has it. */
  async use(made: Blob, name: string, pages: readonly PageTaken[]): Promise<void> {
    const document = await this.queue.add(made, { patient: this.patient, name });
    for (const page of pages) await this.change(page, { ...page.file.page!, document: document.file.id });
  }
}
