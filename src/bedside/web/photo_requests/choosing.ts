/** The page on which photos are chosen: stores, shows and uploads them while comments are typed. */
import { announce } from "../components/announce";
import { Agreeing } from "./agreeing";
import { captureTime } from "./capture_time";
import { Card } from "./cards";
import { fit } from "./fitting";
import { type Away, compare, follow } from "./following";
import { Notices } from "./notices";
import { decoded, warningOf } from "./picture";
import { Closed, isAcceptable, Refused, RequestServer, type Snapshot } from "./server";
import { megabytes, readSettings, type Settings, say, sayCount } from "./settings";
import { type Kept, nameOf, PhotoStore } from "./store";
import { Uploader, type Watcher } from "./uploader";

const LOOK_EVERY = 1_500;

export class ChoosingPage {
  private readonly settings: Settings;
  private readonly server: RequestServer;
  private readonly store: PhotoStore;
  private readonly uploader: Uploader;
  private readonly agreeing: Agreeing;
  private readonly notices: Notices;
  private readonly list: HTMLElement;
  private readonly title = document.querySelector("h1");
  private readonly titleEnd: string;
  private cards: Card[] = [];
  /** Photos that are at the server, with a comment still on this phone. */
  private uncommented: Kept[] = [];
  private away: Away;
  private takenElsewhere = 0;
  private uploadingWords = "";
  private timer = 0;
  private adding: Promise<void> = Promise.resolve();

  constructor(private readonly root: HTMLElement) {
    this.settings = readSettings(root.dataset.photos ?? "");
    this.server = new RequestServer(this.settings.here);
    this.store = new PhotoStore(this.settings.request);
    this.notices = new Notices(root);
    this.away = { count: this.settings.away, bytes: this.settings.awayBytes };
    this.list = root.querySelector<HTMLElement>("[data-list]")!;
    this.titleEnd = document.title.replace(this.title?.textContent?.trim() ?? "", "");
    const watcher: Watcher = {
      onProgress: (photo, share) => this.progress(photo, share),
      onArrived: (photo) => void this.arrived(photo),
      onRefused: (photo, sentence) => void this.refused(photo, sentence),
      onGone: (photo) => void this.gone(photo),
      onWaiting: () => this.status(say(this.settings, "noConnection")),
    };
    this.uploader = new Uploader(this.server, this.store, watcher, say(this.settings, "failed"));
    this.agreeing = new Agreeing(this.server, this.store, {
      onHeard: () => window.location.assign(`${this.settings.here}/sent`),
      onWaiting: () => this.showAgreed(),
      onOver: () => window.location.reload(), // the reloaded page shows the state
    });
  }

  async start(): Promise<void> {
    for (const element of this.list.querySelectorAll<HTMLLIElement>("[data-photo], [data-refused]")) {
      this.cards.push(Card.atServer(this.settings, element));
    }
    this.listen();
    await this.takeUp(await this.store.all());
    const agreed = await this.agreeing.resume(this.settings.round);
    // Everything this phone has was agreed to: there is nothing to choose.
    if (!agreed && this.cards.length === 0 && this.settings.sending) {
      window.location.replace(`${this.settings.here}/sent`);
      return;
    }
    this.showSources();
    this.refresh();
    if (agreed) this.showAgreed();
    void this.agreeing.say();
    follow(this.settings.request, () => void this.look());
    await this.look();
  }

  /** Resumes photos stored on this phone: shows and uploads them, or sends the missing rest. */
  private async takeUp(photos: Kept[]): Promise<void> {
    const sent = new Set(this.settings.sent);
    const coming = new Set(this.settings.coming);
    let shown = 0;
    for (const kept of photos) {
      const arrived = this.cards.find((card) => card.isAmong(new Set([kept.id, kept.fileId])));
      if (arrived && kept.comment !== kept.sentComment) {
        arrived.setComment(kept.comment);
        this.uncommented.push(kept);
      } else if (arrived || sent.has(kept.id) || sent.has(kept.fileId)) {
        await this.store.remove(kept.id); // it had arrived when the page died
      } else if (coming.has(nameOf(kept))) {
        this.uploader.add(kept); // agreed to: it goes on without a card
      } else {
        this.show(kept);
        if (!kept.problem) this.uploader.add(kept);
        shown += 1;
      }
    }
    if (shown) this.notices.note(sayCount(this.settings, "keptHere", shown));
    await this.bringComments();
  }

  /** Sends comments that were saved here while their photos were uploaded. */
  private async bringComments(): Promise<void> {
    for (const kept of this.uncommented) {
      try {
        await this.server.comment(kept.id, kept.comment);
      } catch (error) {
        if (!(error instanceof Refused)) return; // the network: later
      }
      this.uncommented = this.uncommented.filter((other) => other !== kept);
      await this.store.remove(kept.id);
    }
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
    window.addEventListener("online", () => {
      this.notices.networkIsBack();
      void this.bringComments();
      void this.look();
    });
    this.root.querySelector("[data-added-show]")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.showAdded();
    });
    document.getElementById("agree")?.addEventListener("submit", (event) => this.submitted(event as SubmitEvent));
    const opened = (event: Event): void => {
      const comment = event.target as HTMLDetailsElement;
      if (comment.open) comment.querySelector("textarea")?.focus();
    };
    this.list.addEventListener("toggle", opened, { capture: true }); // it does not bubble
  }

  /** The plain form is replaced by two buttons that open camera and gallery. */
  private showSources(): void {
    this.root.querySelector<HTMLElement>("[data-plain]")?.setAttribute("hidden", "");
    this.root.querySelector<HTMLElement>("[data-sources]")?.removeAttribute("hidden");
    const chosen = this.root.querySelector<HTMLInputElement>("[data-plain] input[type=file]");
    if (chosen?.files?.length) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- choosing ---------------------------------------------------------------------------------

  private async add(files: File[], fromCamera: boolean): Promise<void> {
    const room = Math.max(0, this.settings.limit - this.away.count - this.acceptable().length);
    const leftOut = files.slice(room).map((file) => file.name);
    const tooMany = say(this.settings, "tooMany", { limit: this.settings.limit, names: leftOut.join(", ") });
    const added: Kept[] = [];
    for (const [index, file] of files.slice(0, room).entries()) {
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
    this.refresh();
    this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
    this.notices.problem(leftOut.length ? tooMany : this.store.durable ? "" : say(this.settings, "notStored"));
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
    const waiting = this.cards.flatMap((card) =>
      card.kept && !card.kept.problem && !card.kept.uploadUrl ? [card.kept] : [],
    );
    const elsewhere = this.acceptable().filter((card) => !card.kept || card.kept.uploadUrl);
    const used = this.away.bytes + elsewhere.reduce((sum, card) => sum + card.size, 0);
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
    const percent = Math.floor(share * 10) * 10; // it is announced, so not every percent
    const open = this.cards.filter((card) => card.acceptable);
    const number = open.findIndex((card) => card.kept?.id === photo.id) + 1;
    const values = { number, count: open.length, percent };
    this.uploadingWords = number ? say(this.settings, "uploadingOf", values) : "";
    this.status(this.uploadingWords);
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

  /** Another window of this phone has uploaded or deleted it. */
  private async gone(photo: Kept): Promise<void> {
    const snapshot = await this.server.snapshot().catch(() => null);
    const there = snapshot?.photos.find((other) => other.given_id === photo.id);
    const card = this.cardOf(photo);
    if (card && there) {
      photo.fileId = there.id;
      await this.arrived(photo);
    } else if (card) {
      this.cards = this.cards.filter((other) => other !== card);
      card.remove();
      await this.look();
    }
  }

  private async refused(photo: Kept, sentence: string): Promise<void> {
    const card = this.cardOf(photo);
    if (card) {
      card.refuse(sentence);
      announce(sentence, true);
    } else {
      this.notices.problem(`${photo.name}: ${sentence}`); // agreed to before: nobody is to wait for it
      await this.server.finish([nameOf(photo)]).catch(() => undefined);
    }
    this.status(this.uploadedWords());
    this.refresh();
  }

  private uploadedWords(): string {
    const open = this.cards.filter((card) => card.acceptable);
    if (!open.length || open.some((card) => card.kept)) return "";
    return say(this.settings, "allUploaded");
  }

  /** Asks the server for the photos' states, until there is nothing more to learn. */
  private async look(): Promise<void> {
    window.clearTimeout(this.timer);
    try {
      this.apply(await this.server.snapshot());
    } catch (error) {
      if (error instanceof Closed) {
        this.notices.problem(say(this.settings, "closed"));
        return;
      }
    }
    const waits = this.cards.some((card) => card.fileId && !card.kept && !card.settled);
    if (waits) this.timer = window.setTimeout(() => void this.look(), LOOK_EVERY);
  }

  private apply(snapshot: Snapshot): void {
    this.applyElsewhere(snapshot);
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

  /** Applies changes by other devices: photos sent or deleted there are no longer offered here. */
  private applyElsewhere(snapshot: Snapshot): void {
    const { taken, deleted, added, away } = compare(this.cards, snapshot);
    this.away = away;
    if (this.agreeing.waits) return; // this page has agreed to what it shows
    for (const card of [...taken, ...deleted]) {
      this.cards = this.cards.filter((other) => other !== card);
      card.remove();
    }
    const count = Math.max(0, snapshot.expected - this.settings.expected);
    if (taken.length || count > this.takenElsewhere) this.tellTaken(Math.max(count, taken.length));
    else if (deleted.length) this.notices.note(sayCount(this.settings, "deletedElsewhere", deleted.length));
    this.takenElsewhere = Math.max(count, this.takenElsewhere);
    const more = this.root.querySelector<HTMLElement>("[data-added]");
    if (!more) return;
    more.hidden = added.length === 0;
    more.querySelector("[data-added-text]")!.textContent = sayCount(this.settings, "addedElsewhere", added.length);
  }

  /** Reloads the page with every photo, after saving what was typed. */
  private async showAdded(): Promise<void> {
    for (const card of this.acceptable()) {
      if (card.typed() !== card.comment) await this.keepTyped(card).catch(() => undefined);
    }
    window.location.reload();
  }

  private tellTaken(count: number): void {
    const rest = this.acceptable().length;
    const sentences = [sayCount(this.settings, "sentElsewhere", count)];
    if (rest) sentences.push(sayCount(this.settings, "notSentYet", rest));
    this.notices.note(sentences.join(" "));
  }

  // --- actions of the patient --------------------------------------------------------------------

  /** The page is one form: the pressed button says what to do. */
  private submitted(event: SubmitEvent): void {
    const pressed = event.submitter;
    const card = this.cards.find((other) => other.element.contains(pressed));
    event.preventDefault();
    if (!card) void this.agree();
    else if (pressed?.dataset.delete !== undefined) void this.delete(card);
    else void this.comment(card);
  }

  /** Reports a deletion only once it is done. */
  private async delete(card: Card): Promise<void> {
    try {
      if (card.kept) await this.uploader.forget(card.kept);
      const id = card.fileId || (card.element.dataset.refused ?? "");
      if (id) await this.server.delete(id);
    } catch (error) {
      if (card.kept) this.uploader.add(card.kept);
      if (error instanceof Refused) this.notices.problem(error.message);
      else this.notices.problem(say(this.settings, "notDeleted"), true);
      if (error instanceof Refused) await this.look();
      return;
    }
    if (card.kept) await this.store.remove(card.kept.id);
    const next = (card.element.nextElementSibling ?? card.element.previousElementSibling)?.querySelector<HTMLElement>(
      "summary, button",
    );
    this.cards = this.cards.filter((other) => other !== card);
    card.remove();
    this.refresh();
    (next ?? this.title)?.focus();
    announce(say(this.settings, "deleted"));
  }

  private async comment(card: Card): Promise<void> {
    try {
      await this.keepTyped(card);
    } catch (error) {
      if (error instanceof Refused) this.notices.problem(error.message);
      else this.notices.problem(say(this.settings, "commentNotSaved"), true);
      return; // it stays open, with what was typed
    }
    card.element.querySelector("details")?.removeAttribute("open");
    card.element.querySelector("summary")?.focus();
    announce(say(this.settings, "commentSaved"));
  }

  private async keepTyped(card: Card): Promise<void> {
    const typed = card.typed();
    if (card.kept) {
      card.kept.comment = typed;
      await this.store.put(card.kept);
    } else {
      await this.server.comment(card.fileId, typed);
      this.uncommented = this.uncommented.filter((kept) => !card.isAmong(new Set([kept.id])));
    }
    card.setComment(typed);
  }

  /** Agrees to what this page shows, with what was typed; photos still on the phone follow. */
  private async agree(): Promise<void> {
    const button = document.querySelector<HTMLElement>("[data-agree]");
    const cards = this.acceptable();
    if (button?.getAttribute("aria-busy") === "true" || this.agreeing.waits || !cards.length) return;
    button?.setAttribute("aria-busy", "true");
    const comments: Record<string, string> = {};
    for (const card of cards) {
      const typed = card.typed();
      if (typed || card.comment) comments[card.name] = typed;
      if (card.kept && typed !== card.kept.comment) await this.store.put(Object.assign(card.kept, { comment: typed }));
    }
    const photos = cards.map((card) => card.name);
    await this.agreeing.give({ request: this.settings.request, round: this.settings.round, photos, comments });
  }

  /**
   * The server has not acknowledged yet: nothing can be changed any more, and the state is shown.
   */
  private showAgreed(): void {
    const agreed = this.root.querySelector<HTMLElement>("[data-agreed]");
    if (!agreed?.hidden) return;
    agreed.hidden = false;
    agreed.querySelector<HTMLElement>("[data-agreed-durable]")!.hidden = !this.store.durable;
    agreed.querySelector<HTMLElement>("[data-agreed-open]")!.hidden = this.store.durable;
    this.root.classList.add("photos-agreed");
    this.status("");
    this.notices.problem("");
    this.notices.note("");
    this.refresh();
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden in it is not to be said
    announce(agreed.innerText.replace(/\s+/g, " ").trim());
    agreed.scrollIntoView({ block: "nearest" });
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
    const agreed = this.agreeing.waits;
    this.list.hidden = !some;
    for (const element of document.querySelectorAll<HTMLElement>("[data-when-some]")) element.hidden = !some;
    for (const element of document.querySelectorAll<HTMLElement>("[data-when-empty]")) element.hidden = some;
    for (const element of document.querySelectorAll<HTMLElement>("[data-until-agreed]"))
      element.hidden = !some || agreed;
    const sending = document.querySelector<HTMLButtonElement>("[data-agree]");
    if (sending) sending.disabled = this.acceptable().length === 0;
    const words = say(this.settings, some ? "yourPhotos" : "choosePhotos");
    if (this.title && this.title.textContent?.trim() !== words) {
      this.title.textContent = words;
      document.title = words + this.titleEnd;
    }
    const count = this.away.count + this.acceptable().length;
    const bytes = this.away.bytes + this.acceptable().reduce((sum, card) => sum + card.size, 0);
    const used = document.querySelector("[data-used]");
    const values = { count, limit: this.settings.limit, size: megabytes(bytes), most: this.settings.bytes / 1_000_000 };
    if (used) used.textContent = say(this.settings, "used", values);
    const sources = document.querySelector<HTMLElement>("[data-sources]");
    if (sources) {
      sources.hidden = agreed || count >= this.settings.limit;
      this.placeSources(sources, some);
    }
    for (const [index, card] of this.cards.entries()) card.number(this.settings.filed + index + 1);
  }

  /** Without a photo they are the main buttons of the page, at its bottom. */
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

  /** The line over the list; an agreement has a text of its own. */
  private status(sentence: string): void {
    this.notices.status(this.agreeing.waits && sentence !== this.uploadingWords ? "" : sentence);
  }
}
