/**
 * Paper by phone: pages that were photographed in a row, each kept as soon as it is taken. They become
 * one PDF, which is sent like any other file; the photos stay until the clinic has it.
 */
import { sayCount } from "../components/counted";
import { isDrawn } from "../components/older_browsers";
import type { Item, Queue } from "../uploading/queue";
import { CornersDialog, type Decided } from "./corners";
import type { Corners } from "./paper/geometry";
import { pdfOf } from "./paper/pdf";
import { kept, NotAPicture, Pages } from "./paper/pictures";
import { say, type Words } from "./words";

const THUMBNAIL = 480;

export class PaperPages {
  private readonly pages: Pages;
  private readonly dialog: CornersDialog;
  private readonly cards = new Map<string, HTMLElement>();

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly queue: Queue,
    private readonly patient: string,
    private readonly complain: (sentence: string) => void,
  ) {
    this.pages = new Pages(root.dataset.worker ?? "");
    this.dialog = new CornersDialog(this.pages, words);
    root.querySelector("[data-make]")?.addEventListener("click", () => void this.make());
    root.querySelector("[data-pages]")?.addEventListener("click", (event) => this.pressed(event.target as Element));
    document.querySelector("[data-corners]")?.addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      const [photo] = input.files ?? [];
      if (input.dataset.pick !== "retake" || !photo) return;
      input.value = "";
      void this.during(async () => this.dialog.retake(await kept(photo)));
    });
  }

  private get taken(): Item[] {
    return this.queue.pages("").filter(({ file }) => file.patient === this.patient);
  }

  /** A page that was photographed: kept before anything is asked about it. */
  async take(photo: File): Promise<void> {
    await this.during(async () => {
      const name = say(this.words, "page", { number: String(this.taken.length + 1) });
      const picture = await kept(photo);
      const { corners, isFound } = await this.pages.find(picture);
      const order = Math.max(0, ...this.taken.map(({ file }) => file.page!.order)) + 1;
      const page = { order, corners: plain(corners), clear: true, document: "" };
      const item = await this.queue.add(picture, { patient: this.patient, name, page });
      await this.ask(item, isFound);
    });
  }

  /** A page of a document that is not sent can become part of another one. */
  async free(item: Item): Promise<void> {
    await this.queue.change(item, { page: { ...item.file.page!, document: "" } });
  }

  show(): void {
    const taken = this.taken;
    this.root.querySelector<HTMLElement>("[data-paper]")!.hidden = taken.length === 0;
    const label = this.root.querySelector("[data-make] span");
    if (label) label.textContent = sayCount(this.words.pages, taken.length);
    const list = this.root.querySelector<HTMLElement>("[data-pages]")!;
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

  private card(item: Item): HTMLElement {
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

  private async picture(item: Item): Promise<void> {
    const photo = await this.queue.content(item);
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
    const item = this.taken.find(({ file }) => file.id === id);
    if (!item || !act) return;
    if (act === "change") void this.during(() => this.ask(item));
    if (act === "remove") void this.remove(item);
    if (act === "earlier") void this.swap(item, -1);
    if (act === "later") void this.swap(item, 1);
  }

  /** The focus goes to the page that takes its place. */
  private async remove(item: Item): Promise<void> {
    const place = this.taken.indexOf(item);
    await this.queue.remove(item);
    const next = this.taken[place] ?? this.taken.at(-1);
    const button = next && this.cards.get(next.file.id)?.querySelector<HTMLElement>("[data-do=remove]");
    (button ?? document.querySelector<HTMLElement>("[data-pick=page]"))?.focus();
  }

  private async swap(item: Item, by: number): Promise<void> {
    const taken = this.taken;
    const other = taken[taken.indexOf(item) + by];
    if (!other) return;
    const [one, two] = [item.file.page!, other.file.page!];
    const order = one.order;
    await this.queue.change(item, { page: { ...one, order: two.order } });
    await this.queue.change(other, { page: { ...two, order } });
    this.cards.get(item.file.id)?.querySelector<HTMLElement>("[data-do=change]")?.focus();
  }

  private async ask(item: Item, isFound: boolean | null = null): Promise<void> {
    const photo = await this.queue.content(item);
    if (!photo) return;
    const page = item.file.page!;
    const decided = await this.dialog.ask(photo, page.corners as unknown as Corners, page.clear, isFound);
    if (decided) await this.decided(item, photo, decided);
  }

  private async decided(item: Item, photo: Blob, { photo: now, corners, clear }: Decided): Promise<void> {
    if (now !== photo) await this.queue.replace(item, now);
    await this.queue.change(item, { page: { ...item.file.page!, corners: plain(corners), clear } });
    await this.picture(item);
  }

  /** One PDF of all pages; they stay on the phone until the clinic has it. */
  private async make(): Promise<void> {
    const button = this.root.querySelector<HTMLButtonElement>("[data-make]")!;
    if (button.getAttribute("aria-busy")) return;
    const hadFocus = document.activeElement === button;
    button.setAttribute("aria-busy", "true");
    await this.during(async () => {
      const taken = this.taken;
      const made = [];
      for (const item of taken) {
        this.making(made.length + 1, taken.length);
        const photo = await this.queue.content(item);
        if (!photo) throw new NotAPicture();
        const { corners, clear } = item.file.page!;
        made.push(await this.pages.straighten(photo, corners as unknown as Corners, clear));
      }
      const document = await this.queue.add(pdfOf(made), { patient: this.patient, name: this.name() });
      for (const item of taken)
        await this.queue.change(item, { page: { ...item.file.page!, document: document.file.id } });
    });
    button.removeAttribute("aria-busy");
    this.making(0, 0);
    if (hadFocus && !isDrawn(button)) this.root.querySelector<HTMLElement>("[data-send-now]")?.focus();
  }

  private name(): string {
    const day = new Intl.DateTimeFormat("en-CA").format(Date.now());
    return `${say(this.words, "document", { day })}.pdf`;
  }

  private making(number: number, count: number): void {
    const place = this.root.querySelector<HTMLElement>("[data-making]")!;
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
