/** The page on which photos are chosen: keeps, shows and uploads them while comments are typed. */
import { announce } from "../components/announce";
import { captureTime } from "./capture_time";
import { Card } from "./cards";
import { fit } from "./fitting";
import { decoded, warningOf } from "./picture";
import { Closed, isAcceptable, RequestServer, type Snapshot } from "./server";
import { megabytes, readSettings, say, type Settings } from "./settings";
import { PhotoStore, type Kept } from "./store";
import { Uploader } from "./uploader";

const LOOK_EVERY = 1_500;

export class ChoosingPage {
  private readonly settings: Settings;
  private readonly server: RequestServer;
  private readonly store: PhotoStore;
  private readonly uploader: Uploader;
  private readonly list: HTMLElement;
  private readonly title = document.querySelector("h1");
  private readonly titleEnd: string;
  private cards: Card[] = [];
  private timer = 0;
  private adding: Promise<void> = Promise.resolve();

  constructor(private readonly root: HTMLElement) {
    this.settings = readSettings(root.dataset.photos ?? "");
    this.server = new RequestServer(this.settings.here);
    this.store = new PhotoStore(this.settings.request);
    this.list = root.querySelector<HTMLElement>("[data-list]")!;
    this.titleEnd = document.title.replace(this.title?.textContent?.trim() ?? "", "");
    this.uploader = new Uploader(this.server, this.store, {
      onProgress: (photo, share) => this.progress(photo, share),
      onArrived: (photo) => void this.arrived(photo),
      onRefused: (photo, sentence) => this.refused(photo, sentence),
      onWaiting: () => this.status(say(this.settings, "noConnection")),
    });
  }

  async start(): Promise<void> {
    for (const element of this.list.querySelectorAll<HTMLLIElement>("[data-photo], [data-refused]")) {
      this.cards.push(Card.atServer(this.settings, element));
    }
    this.listen();
    const there = new Set(this.cards.map((card) => card.fileId).filter(Boolean));
    for (const kept of await this.store.all()) {
      // It had arrived when the page died, and only the phone did not know yet.
      if (kept.fileId && there.has(kept.fileId)) await this.store.remove(kept.id);
      else this.show(kept);
    }
    this.showSources();
    this.refresh();
    for (const card of this.cards) if (card.kept && !card.kept.problem) this.uploader.add(card.kept);
    await this.look();
  }

  private listen(): void {
    document.addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      if (input.type !== "file" || !input.files?.length) return;
      const files = [...input.files];
      const fromCamera = input.dataset.camera !== undefined;
      input.value = "";
      this.adding = this.adding.then(() => this.add(files, fromCamera));
    });
    document.getElementById("agree")?.addEventListener("submit", (event) => this.submitted(event as SubmitEvent));
    const opened = (event: Event): void => {
      const comment = event.target as HTMLDetailsElement;
      if (comment.open) comment.querySelector("textarea")?.focus();
    };
    this.list.addEventListener("toggle", opened, { capture: true }); // it does not bubble
  }

  /** The plain form made way for two buttons that open camera and gallery. */
  private showSources(): void {
    this.root.querySelector<HTMLElement>("[data-plain]")?.setAttribute("hidden", "");
    this.root.querySelector<HTMLElement>("[data-sources]")?.removeAttribute("hidden");
    const chosen = this.root.querySelector<HTMLInputElement>("[data-plain] input[type=file]");
    if (chosen?.files?.length) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- choosing ---------------------------------------------------------------------------------

  private async add(files: File[], fromCamera: boolean): Promise<void> {
    const room = this.settings.limit - this.settings.filed - this.acceptable().length;
    if (files.length > room) this.problem(say(this.settings, "tooMany", { limit: this.settings.limit }));
    else this.problem("");
    const added: Kept[] = [];
    for (const [index, file] of files.slice(0, Math.max(0, room)).entries()) {
      const kept: Kept = {
        id: crypto.randomUUID(),
        request: this.settings.request,
        name: file.name || "photo.jpg",
        type: file.type,
        photo: file,
        takenAt: fromCamera ? file.lastModified : await captureTime(file),
        comment: "",
        sentComment: "",
        order: Date.now() * 100 + index,
        uploadUrl: "",
        fileId: "",
        warning: "",
        problem: "",
      };
      await this.store.put(kept); // first of all: from here on the page may die
      this.show(kept);
      added.push(kept);
    }
    if (!this.store.durable) this.problem(say(this.settings, "notStored"));
    this.refresh();
    this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
    await this.fitAll();
    for (const kept of added) {
      await this.judge(kept);
      if (!kept.problem && this.cardOf(kept)) this.uploader.add(kept);
    }
    this.refresh();
  }

  private show(kept: Kept): void {
    const card = Card.fresh(this.settings, kept);
    this.cards.push(card);
    this.list.append(card.element);
  }

  private async fitAll(): Promise<void> {
    const waiting = this.cards.flatMap((card) => (card.kept && !card.kept.problem && !card.kept.uploadUrl ? [card.kept] : []));
    const elsewhere = this.acceptable().filter((card) => !card.kept || card.kept.uploadUrl);
    const used = this.settings.filedBytes + elsewhere.reduce((sum, card) => sum + card.size, 0);
    for (const kept of waiting) this.cardOf(kept)?.chip("waiting");
    const tooMuch = await fit(waiting, this.settings.bytes - used, async (photo) => {
      const card = this.cardOf(photo);
      if (card) card.size = photo.photo.size;
      await this.store.put(photo);
      this.refresh();
    });
    const sentence = say(this.settings, "tooLarge", { most: this.settings.bytes / 1_000_000 });
    for (const kept of tooMuch) {
      kept.problem = sentence;
      await this.store.put(kept);
      this.cardOf(kept)?.refuse(sentence);
    }
    if (tooMuch.length) announce(sentence, true);
  }

  private async judge(kept: Kept): Promise<void> {
    const picture = await decoded(kept.photo);
    if (!picture) return;
    kept.warning = warningOf(picture);
    picture.close();
    if (!kept.warning) return;
    await this.store.put(kept);
    this.cardOf(kept)?.warn(kept.warning);
  }

  // --- uploading --------------------------------------------------------------------------------

  private progress(photo: Kept, share: number): void {
    this.cardOf(photo)?.progress(share);
    const percent = Math.floor(share * 10) * 10; // it is read aloud, so not every one
    const open = this.cards.filter((card) => card.acceptable);
    const number = open.findIndex((card) => card.kept?.id === photo.id) + 1;
    const values = { number, count: open.length, percent };
    this.status(say(this.settings, "uploadingOf", values));
  }

  private async arrived(photo: Kept): Promise<void> {
    const card = this.cardOf(photo);
    if (card) {
      card.fileId = photo.fileId;
      card.element.dataset.photo = photo.fileId;
      card.arrived();
    }
    this.status(this.uploadedWords());
    this.refresh();
    await this.look();
  }

  private refused(photo: Kept, sentence: string): void {
    const words = sentence || say(this.settings, "failed");
    this.cardOf(photo)?.refuse(words);
    announce(words, true);
    this.status(this.uploadedWords());
    this.refresh();
  }

  private uploadedWords(): string {
    const open = this.cards.filter((card) => card.acceptable);
    if (!open.length || open.some((card) => card.kept)) return "";
    return say(this.settings, "allUploaded");
  }

  /** Ask the server how the photos are, until there is nothing more to learn. */
  private async look(): Promise<void> {
    window.clearTimeout(this.timer);
    const waits = this.cards.some((card) => card.fileId && !card.kept && !card.settled);
    if (!waits) return;
    try {
      this.apply(await this.server.snapshot());
    } catch (error) {
      if (error instanceof Closed) {
        this.problem(say(this.settings, "closed"));
        return;
      }
    }
    this.timer = window.setTimeout(() => void this.look(), LOOK_EVERY);
  }

  private apply(snapshot: Snapshot): void {
    for (const photo of snapshot.photos) {
      const card = this.cards.find((other) => other.fileId === photo.id);
      if (card && !card.kept) {
        const before = card.acceptable;
        card.update(photo);
        if (before && !isAcceptable(photo)) announce(photo.refusal, true);
      }
    }
    this.refresh();
  }

  // --- what the patient does --------------------------------------------------------------------

  /** The page is one form: which button was pressed says what to do. */
  private submitted(event: SubmitEvent): void {
    const pressed = event.submitter;
    const card = this.cards.find((other) => other.element.contains(pressed));
    if (!card) {
      this.agree(event);
      return;
    }
    event.preventDefault();
    if (pressed?.dataset.delete !== undefined) void this.delete(card);
    else void this.comment(card);
  }

  private async delete(card: Card): Promise<void> {
    const next = (card.element.nextElementSibling ?? card.element.previousElementSibling)?.querySelector<HTMLElement>("summary, button");
    this.cards = this.cards.filter((other) => other !== card);
    card.remove();
    this.refresh();
    (next ?? this.title)?.focus();
    announce(say(this.settings, "deleted"));
    if (card.kept) {
      await this.uploader.forget(card.kept);
      await this.store.remove(card.kept.id);
    }
    const refused = card.element.dataset.refused ?? "";
    if (card.fileId || refused) await this.server.delete(card.fileId || refused).catch(() => undefined);
  }

  private async comment(card: Card): Promise<void> {
    card.element.querySelector("details")?.removeAttribute("open");
    card.element.querySelector("summary")?.focus();
    await this.keepTyped(card).catch(() => this.problem(say(this.settings, "noConnection")));
    announce(say(this.settings, "commentSaved"));
  }

  private async keepTyped(card: Card): Promise<void> {
    card.setComment(card.typed());
    if (card.kept) {
      card.kept.comment = card.comment;
      await this.store.put(card.kept);
    } else {
      await this.server.comment(card.fileId, card.comment);
    }
  }

  /** With photos still on the phone: agree now, and go on uploading on the next page. */
  private agree(event: SubmitEvent): void {
    const total = this.settings.filed + this.acceptable().length;
    const field = document.querySelector<HTMLInputElement>("[data-total]");
    if (field) field.value = String(total);
    if (!this.cards.some((card) => card.kept && card.acceptable)) return; // the form takes comments along
    event.preventDefault();
    const button = document.querySelector<HTMLElement>("[data-agree]");
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    this.agreeNow(total).then(
      () => window.location.assign(`${this.settings.here}/sent`),
      (error: unknown) => {
        button?.removeAttribute("aria-busy");
        this.problem(say(this.settings, error instanceof Closed ? "closed" : "noConnection"));
      },
    );
  }

  /** What was typed and not saved goes along. */
  private async agreeNow(total: number): Promise<void> {
    for (const card of this.acceptable()) if (card.typed() !== card.comment) await this.keepTyped(card);
    await this.server.agree(total);
  }

  // --- the page ---------------------------------------------------------------------------------

  private acceptable(): Card[] {
    return this.cards.filter((card) => card.acceptable);
  }

  private cardOf(photo: Kept): Card | undefined {
    return this.cards.find((card) => card.kept?.id === photo.id);
  }

  private refresh(): void {
    const some = this.cards.length > 0;
    this.list.hidden = !some;
    for (const element of document.querySelectorAll<HTMLElement>("[data-when-some]")) element.hidden = !some;
    for (const element of document.querySelectorAll<HTMLElement>("[data-when-empty]")) element.hidden = some;
    const sending = document.querySelector<HTMLButtonElement>("[data-agree]");
    if (sending) sending.disabled = this.acceptable().length === 0;
    const words = say(this.settings, some ? "yourPhotos" : "choosePhotos");
    if (this.title && this.title.textContent?.trim() !== words) {
      this.title.textContent = words;
      document.title = words + this.titleEnd;
    }
    const count = this.settings.filed + this.acceptable().length;
    const bytes = this.settings.filedBytes + this.acceptable().reduce((sum, card) => sum + card.size, 0);
    const used = document.querySelector("[data-used]");
    const values = { count, limit: this.settings.limit, size: megabytes(bytes), most: this.settings.bytes / 1_000_000 };
    if (used) used.textContent = say(this.settings, "used", values);
    const sources = document.querySelector<HTMLElement>("[data-sources]");
    if (sources) {
      sources.hidden = count >= this.settings.limit;
      this.placeSources(sources, some);
    }
    this.cards.forEach((card, index) => card.number(this.settings.filed + index + 1));
  }

  /** Without a photo yet they are the main buttons of the page, at its bottom. */
  private placeSources(sources: HTMLElement, some: boolean): void {
    const foot = document.querySelector<HTMLElement>("[data-sources-place]");
    if (!foot) return;
    foot.hidden = some || sources.hidden;
    if (!some && sources.parentElement !== foot) foot.append(sources);
    if (some && sources.parentElement === foot) this.list.after(sources);
    const gallery = sources.querySelector<HTMLElement>(".photo-source");
    const label = sources.querySelector("[data-gallery-label]");
    if (label) label.textContent = say(this.settings, some ? "chooseMore" : "choosePhotos");
    gallery?.classList.toggle("button-primary", !some);
    gallery?.classList.toggle("button-secondary", some);
  }

  /** The line over the list, a live region. */
  private status(sentence: string): void {
    const shown = this.root.querySelector<HTMLElement>("[data-status]");
    if (shown && shown.textContent !== sentence) shown.textContent = sentence;
  }

  private problem(sentence: string): void {
    const banner = this.root.querySelector<HTMLElement>("[data-problem]");
    if (!banner) return;
    banner.hidden = !sentence;
    banner.querySelector("[data-problem-text]")!.textContent = sentence;
    if (sentence) announce(sentence, true);
  }
}
