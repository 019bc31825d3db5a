/**
 * “Send files”: what was chosen, where each file is, and what became of it. The queue does the sending;
 * this shows it, and says before what the phone may do with what is not sent yet.
 */
import { announce } from "../components/announce";
import { sayCount } from "../components/counted";
import { isApplePhone, isInstalled } from "../components/installed";
import { percent, sizeInWords } from "../components/sizes";
import { fragmentOf } from "../live/fragment";
import type { Owner } from "../uploading/own_queue";
import { PaperPages } from "../uploading/paper_pages";
import { filled, say } from "../uploading/paper_words";
import { type Item, Queue } from "../uploading/queue";
import { isReadable } from "../uploading/readable";
import { PagesOfQueue } from "./pages_of_queue";
import type { Words } from "./words";

const LOOK_AGAIN_MS = 3_000;

export class SendPage {
  private readonly words: Words;
  private readonly queue: Queue;
  private readonly pages: PagesOfQueue;
  private readonly paper: PaperPages;
  private readonly rows = new Map<string, HTMLElement>();
  private readonly patient: string;
  private timer = 0;
  private howLong = "";

  constructor(
    private readonly root: HTMLElement,
    { owner, key }: Owner,
  ) {
    this.words = JSON.parse(root.dataset.words ?? "{}") as Words;
    this.patient = root.dataset.patient ?? "";
    this.queue = new Queue(owner, key, {
      changed: () => this.show(),
      arrived: (item) => this.arrived(item),
    });
    this.pages = new PagesOfQueue(this.queue, this.patient);
    this.paper = new PaperPages(root, this.pages, (sentence) => this.complain(sentence));
  }

  async start(): Promise<void> {
    document.querySelector("[data-plain]")?.remove();
    this.root.hidden = false;
    this.root.addEventListener("change", (event) => void this.picked(event.target as HTMLInputElement));
    this.root.addEventListener("click", (event) => this.pressed(event.target as Element));
    window.addEventListener("online", () => this.show());
    window.addEventListener("offline", () => this.show());
    document.addEventListener("paste", (event) => void this.take([...(event.clipboardData?.files ?? [])]));
    this.acceptDrops();
    this.howLong = await this.howLongItKeeps();
    this.warnBefore();
    await this.queue.start();
    this.followChecks();
  }

  private acceptDrops(): void {
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  private async picked(input: HTMLInputElement): Promise<void> {
    const pick = input.dataset.pick;
    const files = [...(input.files ?? [])];
    if ((pick !== "choose" && pick !== "photo") || !files.length) return;
    input.value = "";
    this.complain("");
    await this.take(files);
  }

  private async take(files: readonly File[]): Promise<void> {
    const wrong: string[] = [];
    for (const file of files) {
      const refusal = await this.wrongWith(file);
      if (refusal) wrong.push(say(this.words, refusal, { name: file.name }));
      else await this.queue.add(file, { patient: this.patient, name: file.name });
    }
    this.complain(wrong.join(" "));
    if (wrong.length < files.length) void this.askToKeep();
  }

  private async wrongWith(file: File): Promise<"too_large" | "empty" | "unreadable" | null> {
    if (file.size > Number(this.root.dataset.largest)) return "too_large";
    if (file.size === 0) return "empty";
    return (await isReadable(file)) ? null : "unreadable";
  }

  private pressed(target: Element): void {
    if (target.closest("[data-send-now]")) void this.sendAll();
    const act = target.closest<HTMLElement>("[data-do]")?.dataset.do;
    const row = target.closest<HTMLElement>("[data-file]");
    const item = row && this.queue.items.find(({ file }) => file.id === row.dataset.file);
    if (!item) return;
    if (act === "again") this.queue.again(item);
    if (act === "remove") {
      announce(say(this.words, "removed", { name: item.file.name }));
      void this.remove(item);
    }
  }

  /** A document that is taken back gives its pages free again. */
  private async remove(item: Item): Promise<void> {
    for (const page of this.queue.pages(item.file.id))
      await this.pages.change(page, { ...page.file.page!, document: "" });
    await this.queue.remove(item);
  }

  private async sendAll(): Promise<void> {
    const field = (name: string): string => this.root.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
    const chosen = this.here(({ place }) => place === "chosen");
    this.complain("");
    await this.queue.send(chosen, field("comment"), field("category"));
    const comment = this.root.querySelector<HTMLTextAreaElement>("[name=comment]");
    if (comment) comment.value = "";
    this.root.querySelector<HTMLElement>("#phone-title")?.focus();
  }

  /** Files for the patient of this page. */
  private here(which: (item: Item) => boolean): Item[] {
    return this.queue.files.filter((item) => item.file.patient === this.patient && which(item));
  }

  private arrived(item: Item): void {
    announce(say(this.words, "arrived", { name: item.file.name }));
    void this.look();
  }

  // --- what is at the clinic ----------------------------------------------------------------------

  private async look(): Promise<void> {
    const place = document.querySelector("[data-sent]");
    try {
      const found = await fragmentOf(`${this.root.dataset.send}/send/list`);
      place?.replaceChildren(found);
    } catch {
      // without a network the page keeps what it knows
    }
    this.followChecks();
  }

  private followChecks(): void {
    window.clearTimeout(this.timer);
    if (!document.querySelector("[data-sent] [data-checking]")) return;
    this.timer = window.setTimeout(() => void this.look(), LOOK_AGAIN_MS);
  }

  // --- what is on this phone ----------------------------------------------------------------------

  private show(): void {
    this.paper.show();
    const chosen = this.here(({ place }) => place === "chosen");
    const going = this.here(({ place }) => place !== "chosen");
    this.list("[data-chosen]", "[data-chosen-list]", chosen);
    this.list("[data-phone]", "[data-phone-list]", going);
    const shown = new Set([...chosen, ...going].map(({ file }) => file.id));
    for (const [id, row] of this.rows) if (!shown.has(id)) this.drop(id, row);
    this.text("[data-send-now] span", sayCount(this.words.send, chosen.length));
    this.text("[data-only-here]", this.onlyHere(going));
    this.text("[data-what-happens]", this.whatHappens(going));
    const isWaiting = going.some(({ place }) => place !== "refused");
    this.text("[data-how-long]", isWaiting ? this.howLong : "");
    this.root.querySelector<HTMLElement>("[data-sign-in]")!.hidden = !going.some(({ place }) => place === "away");
  }

  private list(section: string, list: string, items: readonly Item[]): void {
    const whole = this.root.querySelector<HTMLElement>(section)!;
    const hadFocus = whole.contains(document.activeElement);
    whole.hidden = items.length === 0;
    if (whole.hidden && hadFocus) document.querySelector<HTMLElement>("[data-sent]")?.focus();
    const place = this.root.querySelector<HTMLElement>(list)!;
    for (const item of items) {
      const row = this.rows.get(item.file.id) ?? this.row(item);
      if (row.parentElement !== place) place.append(row);
      this.paint(item, row);
    }
  }

  private row(item: Item): HTMLElement {
    const template = document.querySelector<HTMLTemplateElement>("#phone-file")!;
    const row = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    row.dataset.file = item.file.id;
    row.querySelector(".file-name")!.textContent = item.file.name;
    row.querySelector("progress")!.setAttribute("aria-label", item.file.name);
    for (const hidden of row.querySelectorAll(".text-button .visually-hidden"))
      hidden.textContent = ` ${item.file.name}`;
    this.rows.set(item.file.id, row);
    return row;
  }

  private paint(item: Item, row: HTMLElement): void {
    const { file, place, sent } = item;
    const done = file.size ? Math.floor((100 * sent) / file.size) : 0;
    const where = filled(this.words.places[place], { percent: percent(done) });
    const why = place === "refused" || place === "failed" ? item.sentence || file.sentence : "";
    const warning = item.survives || place === "refused" ? "" : say(this.words, "not_kept");
    setText(row.querySelector(".row-meta"), sizeInWords(file.size));
    setText(row.querySelector("[data-place]"), [where, why, warning].filter(Boolean).join(". ").replaceAll("..", "."));
    row.dataset.state = place;
    const bar = row.querySelector<HTMLElement>(".progress")!;
    bar.hidden = place !== "sending";
    const progress = row.querySelector("progress")!;
    Object.assign(progress, { max: file.size, value: sent });
    setText(row.querySelector("[data-progress-text]"), percent(done));
    row.querySelector<HTMLElement>("[data-do=again]")!.hidden = !["lost", "away", "failed"].includes(place);
  }

  private drop(id: string, row: HTMLElement): void {
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    this.rows.delete(id);
    if (hadFocus) this.root.querySelector<HTMLElement>("[data-pick]")?.focus();
  }

  private onlyHere(going: readonly Item[]): string {
    const waiting = going.filter(({ place }) => place !== "refused");
    if (!waiting.length) return this.words.places.refused;
    const count = sayCount(this.words.only_here, waiting.length);
    const oldest = Math.min(...waiting.map(({ file }) => file.keptAt));
    if (Date.now() - oldest < 3_600_000) return count;
    return `${count}, ${say(this.words, "since", { when: sinceWhen(oldest) })}`;
  }

  private whatHappens(going: readonly Item[]): string {
    if (going.some(({ place }) => place === "away")) return say(this.words, "away");
    if (!navigator.onLine || going.some(({ place }) => place === "lost")) return say(this.words, "offline");
    return going.some(({ place }) => place === "sending" || place === "waiting") ? say(this.words, "going") : "";
  }

  // --- how long the phone keeps it ----------------------------------------------------------------

  private async askToKeep(): Promise<void> {
    await navigator.storage?.persist?.().catch(() => false);
    this.howLong = await this.howLongItKeeps();
    this.show();
  }

  /** Where the phone deletes by the calendar, that is said before anything is chosen. */
  private warnBefore(): void {
    const place = this.root.querySelector<HTMLElement>("[data-before]")!;
    place.hidden = this.howLong !== say(this.words, "apple");
    place.textContent = place.hidden ? "" : this.howLong;
  }

  private async howLongItKeeps(): Promise<string> {
    if (isApplePhone() && !isInstalled()) return say(this.words, "apple");
    const lasts = await navigator.storage?.persisted?.().catch(() => false);
    return say(this.words, lasts ? "keeps" : "may_drop");
  }

  private complain(sentence: string): void {
    const place = this.root.querySelector<HTMLElement>("[data-said]")!;
    place.hidden = !sentence;
    place.textContent = sentence;
  }

  private text(selector: string, text: string): void {
    setText(this.root.querySelector(selector), text);
  }
}

function setText(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

/** What follows “since”: “14:05” today, “Tuesday” within a week, else the date. */
function sinceWhen(moment: number): string {
  const days = (Date.now() - moment) / 86_400_000;
  const shown: Intl.DateTimeFormatOptions =
    days < 1 ? { timeStyle: "short" } : days < 6 ? { weekday: "long" } : { dateStyle: "medium" };
  return new Intl.DateTimeFormat(document.documentElement.lang, shown).format(moment);
}
