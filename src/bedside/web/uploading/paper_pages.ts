/**
 * Paper by phone: pages that were photographed in a row, each kept as soon as it is taken. They become
 * one PDF, which goes where the page says; the photos stay until it is there.
 */
import { sayCount } from "../components/counted";
import { isDrawn } from "../components/older_browsers";
import { CornersDialog, type Decided } from "./corners";
import type { OwnFile, PageOf } from "./own_files";
import type { Corners } from "./paper/geometry";
import { pdfOf } from "./paper/pdf";
import { kept, NotAPicture, Pages } from "./paper/pictures";
import { type PaperWords, say } from "./paper_words";

const THUMBNAIL = 480;

export interface PageTaken {
  file: OwnFile;
}

/** Where photographed pages are kept, and what becomes of the document. */
export interface Keeper {
  /** Those that are in no document, in order. */
  readonly taken: PageTaken[];
  /** Whether all of them would survive this page. */
  readonly survives: boolean;
  keep(photo: Blob, name: string, page: PageOf): Promise<PageTaken>;
  content(taken: PageTaken): Promise<Blob | null>;
  replace(taken: PageTaken, photo: Blob): Promise<void>;
  change(taken: PageTaken, page: PageOf): Promise<void>;
  remove(taken: PageTaken): Promise<void>;
  use(made: Blob, name: string, pages: readonly PageTaken[]): Promise<void>;
}

export class PaperPages {
  private readonly section: HTMLElement;
  private readonly words: PaperWords;
  private readonly pages: Pages;
  private readonly dialog: CornersDialog;
  private readonly cards = new Map<string, HTMLElement>();

  /** `root` has the buttons for a first and a next page, and the section of the pages. */
  constructor(
    private readonly root: HTMLElement,
    private readonly keeper: Keeper,
    private readonly complain: (sentence: string) => void,
  ) {
    this.section = root.querySelector<HTMLElement>("[data-paper]")!;
    this.words = JSON.parse(this.section.dataset.paperWords ?? "{}") as PaperWords;
    this.pages = new Pages(this.section.dataset.worker ?? "");
    this.dialog = new CornersDialog(this.pages, this.words);
    this.section.querySelector("[data-make]")?.addEventListener("click", () => void this.make());
    this.section.addEventListener("click", (event) => this.pressed(event.target as Element));
    root.addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      if (input.dataset.pick !== "page" && input.dataset.pick !== "next") return;
      this.picked(input, (photo) => this.take(photo));
    });
    document.querySelector("[data-corners]")?.addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      if (input.dataset.pick !== "retake") return;
      this.picked(input, async (photo) => this.dialog.retake(await kept(photo)));
    });
  }

  private picked(input: HTMLInputElement, act: (photo: File) => Promise<void>): void {
    const [photo] = input.files ?? [];
    if (!photo) return;
    input.value = ""; // so that the same picture can be chosen again
    this.complain("");
    void this.during(() => act(photo));
  }

  /** A page that was photographed: kept before anything is asked about it. */
  private async take(photo: File): Promise<void> {
    const { taken } = this.keeper;
    const name = say(this.words, "page", { number: String(taken.length + 1) });
    const picture = await kept(photo);
    const { corners, isFound } = await this.pages.find(picture);
    const order = Math.max(0, ...taken.map(({ file }) => file.page!.order)) + 1;
    const page = { order, corners: plain(corners), clear: true, document: "" };
    const item = await this.keeper.keep(picture, name, page);
    if (!this.keeper.survives) this.complain(say(this.words, "no_room"));
    await this.ask(item, isFound);
    // The button that was pressed has moved away under the pages.
    this.section.querySelector<HTMLElement>("[data-make]")?.focus();
  }

  /** Says so, and returns true, if pages were photographed and not used: nobody should think that they were sent. */
  blocks(): boolean {
    if (!this.keeper.taken.length) return false;
    this.complain(say(this.words, "not_used"));
    this.section.querySelector<HTMLElement>("[data-make]")?.focus();
    return true;
  }

  show(): void {
    const { taken } = this.keeper;
    this.section.hidden = taken.length === 0;
    const label = this.section.querySelector("[data-make] span");
    if (label) label.textContent = sayCount(this.words.pages, taken.length);
    const list = this.section.querySelector<HTMLElement>("[data-pages]")!;
    taken.forEach((item, index) => {
      const card = this.cards.get(item.file.id) ?? this.card(item);
      if (list.children[index] !== card) list.insertBefore(card, list.children[index] ?? null);
      this.number(card, index, taken.length);
    });
    for (const [id, card] of this.cards) {
      if (taken.some(({ file }) => file.id === id)) continue;
      card.remove();
      this.cards.delete(id);
    }
  }

  private card(item: PageTaken): HTMLElement {
    const template = document.querySelector<HTMLTemplateElement>("#paper-page")!;
    const card = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    card.dataset.page = item.file.id;
    this.cards.set(item.file.id, card);
    void this.picture(item);
    return card;
  }

  private number(card: HTMLElement, index: number, count: number): void {
    const name = say(this.words, "page", { number: String(index + 1) });
    card.querySelector("[data-page-name]")!.textContent = name;
    card.querySelector("img")!.alt = name;
    for (const hidden of card.querySelectorAll(".visually-hidden")) hidden.textContent = ` ${name}`;
    card.querySelector<HTMLElement>("[data-do=earlier]")!.hidden = index === 0;
    card.querySelector<HTMLElement>("[data-do=later]")!.hidden = index === count - 1;
  }

  private async picture(item: PageTaken): Promise<void> {
    const photo = await this.keeper.content(item);
    if (!photo) return;
    const { corners, clear } = item.file.page!;
    const { jpeg } = await this.pages.straighten(photo, corners as unknown as Corners, clear, THUMBNAIL);
    const shown = this.cards.get(item.file.id)?.querySelector("img");
    if (!shown) return;
    URL.revokeObjectURL(shown.src);
    shown.src = URL.createObjectURL(jpeg);
  }

  private pressed(target: Element): void {
    const act = target.closest<HTMLElement>("[data-do]")?.dataset.do;
    const id = target.closest<HTMLElement>("[data-page]")?.dataset.page;
    const item = this.keeper.taken.find(({ file }) => file.id === id);
    if (!item || !act) return;
    if (act === "change") void this.during(() => this.ask(item));
    if (act === "remove") void this.remove(item);
    if (act === "earlier") void this.swap(item, -1);
    if (act === "later") void this.swap(item, 1);
  }

  /** The focus goes to the page that takes its place, or to where one begins again. */
  private async remove(item: PageTaken): Promise<void> {
    const { taken } = this.keeper;
    const near = taken[taken.indexOf(item) + 1] ?? taken[taken.indexOf(item) - 1];
    await this.keeper.remove(item);
    this.complain("");
    const card = near && this.cards.get(near.file.id)?.querySelector<HTMLElement>("[data-do=change]");
    (card ?? this.root.querySelector<HTMLElement>("[data-pick=page]"))?.focus();
  }

  private async swap(item: PageTaken, by: number): Promise<void> {
    const { taken } = this.keeper;
    const other = taken[taken.indexOf(item) + by];
    if (!other) return;
    const [one, two] = [item.file.page!, other.file.page!];
    const order = one.order;
    await this.keeper.change(item, { ...one, order: two.order });
    await this.keeper.change(other, { ...two, order });
    this.cards.get(item.file.id)?.querySelector<HTMLElement>("[data-do=change]")?.focus();
  }

  private async ask(item: PageTaken, isFound: boolean | null = null): Promise<void> {
    const photo = await this.keeper.content(item);
    if (!photo) return;
    const page = item.file.page!;
    const decided = await this.dialog.ask(photo, page.corners as unknown as Corners, page.clear, isFound);
    if (decided) await this.decided(item, photo, decided);
  }

  private async decided(item: PageTaken, photo: Blob, { photo: now, corners, clear }: Decided): Promise<void> {
    if (now !== photo) await this.keeper.replace(item, now);
    await this.keeper.change(item, { ...item.file.page!, corners: plain(corners), clear });
    await this.picture(item);
  }

  /** One PDF of all pages. */
  private async make(): Promise<void> {
    const button = this.section.querySelector<HTMLButtonElement>("[data-make]")!;
    if (button.getAttribute("aria-busy")) return;
    const hadFocus = document.activeElement === button;
    button.setAttribute("aria-busy", "true");
    this.complain("");
    await this.during(async () => {
      const { taken } = this.keeper;
      const made = [];
      for (const item of taken) {
        this.making(made.length + 1, taken.length);
        const photo = await this.keeper.content(item);
        if (!photo) throw new NotAPicture();
        const { corners, clear } = item.file.page!;
        made.push(await this.pages.straighten(photo, corners as unknown as Corners, clear));
      }
      this.making(0, 0);
      await this.keeper.use(pdfOf(made), this.name(), taken);
    });
    button.removeAttribute("aria-busy");
    this.making(0, 0);
    if (hadFocus && !isDrawn(button)) {
      const next = this.root.querySelector<HTMLElement>("[data-send-now]");
      (next ?? this.root.querySelector<HTMLElement>("[data-pick=page]"))?.focus();
    }
  }

  private name(): string {
    const day = new Intl.DateTimeFormat("en-CA").format(Date.now());
    return `${say(this.words, "document", { day })}.pdf`;
  }

  private making(number: number, count: number): void {
    const place = this.section.querySelector<HTMLElement>("[data-making]")!;
    place.hidden = number === 0;
    place.textContent = number ? say(this.words, "making", { number: String(number), count: String(count) }) : "";
  }

  private async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotAPicture)) throw error;
      this.complain(say(this.words, "not_a_picture"));
    }
  }
}

function plain(corners: Corners): [number, number][] {
  return corners.map(([x, y]) => [x, y]);
}
