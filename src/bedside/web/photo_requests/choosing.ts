/** The page on which photos are chosen: stores, shows and uploads them while comments are typed. */
import { announce } from "../components/announce";
import { megabytes } from "../components/sizes";
import { Adding } from "./adding";
import { Agreeing } from "./agreeing";
import { Card, placeRefused } from "./cards";
import { Deletions } from "./deletions";
import { type Errand, Errands } from "./errands";
import { type Away, compare, follow } from "./following";
import { LargePicture } from "./large";
import { Notices } from "./notices";
import { Progress } from "./progress";
import { sorted } from "./resuming";
import { Closed, isAcceptable, RequestServer, type Snapshot } from "./server";
import { readSettings, type Settings, say, sayCount, sayLack, someOf } from "./settings";
import { Sources } from "./sources";
import { type Kept, nameOf, PhotoStore } from "./store";
import { Uploader, type Watcher } from "./uploader";
import { Words } from "./words";

const LOOK_EVERY = 1_500;
/** How long an agreement waits for deletions before it. */
const DELETED_WITHIN = 3_000;

export class ChoosingPage {
  private readonly settings: Settings;
  private readonly server: RequestServer;
  private readonly store: PhotoStore;
  private readonly uploader: Uploader;
  private readonly adder: Adding;
  private readonly agreeing: Agreeing;
  private readonly errands: Errands;
  private readonly deletions: Deletions;
  private readonly words: Words;
  private readonly progress: Progress;
  private readonly notices: Notices;
  private readonly large = new LargePicture();
  private readonly sources: Sources;
  private readonly list: HTMLElement;
  private readonly title = document.querySelector("h1");
  private readonly titleEnd: string;
  private cards: Card[] = [];
  private away: Away;
  private takenElsewhere = 0;
  private timer = 0;
  private adding: Promise<void> = Promise.resolve();

  constructor(private readonly root: HTMLElement) {
    this.settings = readSettings(root.dataset.photos ?? "");
    this.server = new RequestServer(this.settings.here);
    this.store = new PhotoStore(this.settings.request);
    this.progress = new Progress(
      this.settings,
      () => this.acceptable(),
      (sentence, isUploading) => this.notices.status(this.agreeing.waits && !isUploading ? "" : sentence),
    );
    this.adder = new Adding(this.settings, this.store);
    this.notices = new Notices(root);
    this.away = { count: this.settings.away, bytes: this.settings.awayBytes };
    this.list = root.querySelector<HTMLElement>("[data-list]")!;
    this.titleEnd = document.title.replace(this.title?.textContent?.trim() ?? "", "");
    const watcher: Watcher = {
      onProgress: (photo, share) => this.progress.moved(photo, share),
      onArrived: (photo) => void this.arrived(photo),
      onRefused: (photo, sentence) => void this.refused(photo, sentence),
      onGone: (photo) => void this.gone(photo),
      onWaiting: () => this.progress.waits(),
    };
    this.uploader = new Uploader(this.server, this.store, watcher, say(this.settings, "failed"));
    this.errands = new Errands(this.settings.request, this.server, this.store, {
      onDone: () => this.notices.clear(),
      onRefused: (errand, sentence) => this.errandRefused(errand, sentence),
      onWaiting: (errands) => {
        const kinds = new Set(errands.map((errand) => errand.kind));
        const sentences = [...kinds].map((kind) => say(this.settings, `${kind}Waits`));
        this.notices.note(say(this.settings, "noNetwork", { what: sentences.join(" ") }), true);
      },
    });
    this.deletions = new Deletions(this.settings, this.errands, {
      onTaken: (card) => this.taken(card),
      onBack: (card, index) => this.back(card, index),
      onGone: (lost) => this.rowGone(lost),
    });
    this.words = new Words(this.settings.request);
    this.sources = new Sources(root, this.settings, this.list);
    this.agreeing = new Agreeing(this.server, this.store, this.words, {
      onHeard: () => void this.heard(),
      onWaiting: () => this.showAgreed(),
      onOver: () => window.location.reload(), // the reloaded page shows the state
    });
  }

  async start(): Promise<void> {
    for (const element of this.root.querySelectorAll<HTMLLIElement>("[data-photo], [data-refused]")) {
      this.cards.push(Card.atServer(this.settings, element));
    }
    this.listen();
    const errands = await this.errands.resume();
    await this.takeUp(await this.store.all());
    for (const errand of errands) this.takeUpErrand(errand);
    const agreed = await this.agreeing.resume(this.settings.round);
    await this.restoreWords();
    // Everything this phone has was agreed to: there is nothing to choose.
    if (!agreed && this.cards.length === 0 && this.settings.sending) {
      window.location.replace(`${this.settings.here}/sent`);
      return;
    }
    this.sources.show();
    this.refresh();
    if (agreed) this.showAgreed();
    void this.agreeing.say();
    void this.errands.run();
    follow(this.settings.request, () => void this.look());
    await this.look();
    const lacks = await this.store.lacksNow();
    if (lacks) this.notices.problem(sayLack(this.settings, lacks));
  }

  /** Resumes photos stored on this phone: shows and uploads them, or sends the missing rest. */
  private async takeUp(photos: Kept[]): Promise<void> {
    const isDeleted = (kept: Kept): boolean => this.errands.deletes(kept.id, kept.fileId);
    const { arrived, agreed, open } = sorted(photos, this.cards, this.settings, isDeleted);
    for (const { kept, card } of arrived) {
      if (card && kept.comment !== kept.sentComment) await this.keepComment(card, kept.comment);
      await this.store.remove(kept.id);
    }
    for (const kept of agreed) this.uploader.add(kept); // it goes on without a card
    for (const kept of open) {
      this.show(kept);
      if (!kept.problem) this.uploader.add(kept);
    }
    if (open.length) this.notices.note(sayCount(this.settings, "keptHere", open.length));
  }

  /** What the patient did before the page died holds, whether the server knows it or not. */
  private takeUpErrand(errand: Errand): void {
    const card = this.cards.find((other) => other.name === errand.photo || other.isAmong(new Set([errand.photo])));
    const refused = this.root.querySelector(`[data-refused="${CSS.escape(errand.photo)}"]`);
    if (errand.kind === "comment") {
      card?.setComment(errand.comment);
    } else {
      this.cards = this.cards.filter((other) => other !== card && other.element !== refused);
      card?.remove();
      refused?.remove();
    }
  }

  /** What was typed before the page died is in its field again. */
  private async restoreWords(): Promise<void> {
    const typed = await this.words.all();
    if (typed.size === 0) return;
    this.refresh();
    for (const card of this.acceptable()) {
      const text = card
        .names()
        .map((name) => typed.get(name))
        .find((found) => found !== undefined);
      if (text !== undefined && text.trim() !== card.comment) card.restore(text);
    }
  }

  private listen(): void {
    this.sources.start((files, fromCamera) => {
      this.adding = this.adding.then(() => this.add(files, fromCamera));
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload(); // the way back after sending
    });
    window.addEventListener("online", () => {
      this.notices.networkIsBack();
      void this.look();
    });
    this.root.querySelector("[data-added-show]")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.showAdded();
    });
    document.getElementById("agree")?.addEventListener("submit", (event) => this.submitted(event as SubmitEvent));
    this.list.addEventListener("click", (event) => {
      const look = (event.target as Element).closest("[data-look]");
      const card = look && this.cards.find((other) => other.element.contains(look));
      if (card) this.large.open(card);
    });
    this.list.addEventListener("input", (event) => {
      const card = this.cards.find((other) => other.element.contains(event.target as Node));
      if (card) void this.words.keep(card.key, (event.target as HTMLTextAreaElement).value);
    });
    const opened = (event: Event): void => {
      const comment = event.target as HTMLDetailsElement;
      if (comment.dataset.restored !== undefined) delete comment.dataset.restored;
      else if (comment.open) comment.querySelector("textarea")?.focus();
    };
    this.list.addEventListener("toggle", opened, { capture: true }); // it does not bubble
  }

  // --- choosing ---------------------------------------------------------------------------------

  private async add(files: File[], fromCamera: boolean): Promise<void> {
    const room = Math.max(0, this.settings.limit - this.away.count - this.acceptable().length);
    const leftOut = files.slice(room).map((file) => file.name);
    const tooMany = say(this.settings, "tooMany", { limit: this.settings.limit, names: someOf(leftOut) });
    const added = await this.adder.add(files.slice(0, room), fromCamera, (kept) => this.show(kept));
    this.refresh();
    this.focusFirst(added);
    this.notices.problem(leftOut.length ? tooMany : sayLack(this.settings, this.store.lacks));
    await this.fitAll();
    for (const kept of added) {
      if (await this.adder.judge(kept)) this.cardOf(kept)?.warn(kept.warning);
      if (!kept.problem && this.cardOf(kept)) this.uploader.add(kept);
    }
    this.refresh();
  }

  /** The place to go on from after choosing: the sources have moved away under the focus. */
  private focusFirst(added: Kept[]): void {
    const first = added[0] && this.cardOf(added[0]);
    (first?.element.querySelector<HTMLElement>("[data-look]") ?? this.title)?.focus();
    if (added.length) announce(sayCount(this.settings, "addedHere", added.length));
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
    const tooMuch = await this.adder.fit(waiting, this.settings.bytes - used, (photo) => {
      const card = this.cardOf(photo);
      if (card) card.size = photo.photo.size;
      this.refresh();
    });
    for (const kept of tooMuch) this.cardOf(kept)?.refuse(kept.problem);
    if (tooMuch[0]) announce(tooMuch[0].problem, true);
  }

  // --- uploading --------------------------------------------------------------------------------

  private async arrived(photo: Kept): Promise<void> {
    const card = this.cardOf(photo);
    if (card) {
      card.fileId = photo.fileId;
      card.element.dataset.photo = photo.fileId;
      card.arrived();
    }
    this.progress.changed();
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
      this.notices.problem(say(this.settings, "labelled", { label: photo.name, text: sentence })); // agreed to before: nobody is to wait for it
      await this.server.finish([nameOf(photo)]).catch(() => undefined);
    }
    this.progress.changed();
    this.refresh();
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

  private apply(whole: Snapshot): void {
    const photos = whole.photos.filter((photo) => !this.errands.deletes(photo.id, photo.given_id));
    const gone = whole.photos.filter((photo) => !photos.includes(photo));
    const bytes = gone.reduce((sum, photo) => sum + (isAcceptable(photo) ? photo.size : 0), 0);
    const snapshot = { ...whole, photos, bytes_used: whole.bytes_used - bytes };
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
    await this.deletions.endAll();
    for (const card of this.acceptable()) {
      if (card.typed() !== card.comment) await this.keepComment(card, card.typed());
    }
    await this.errands.run(true);
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

  private async delete(card: Card): Promise<void> {
    if (card.kept) await this.uploader.hold(card.kept);
    await this.deletions.delete(card, this.cards.indexOf(card));
  }

  private taken(card: Card): void {
    const next = this.cards[this.cards.indexOf(card) + 1] ?? this.cards.at(-2);
    this.cards = this.cards.filter((other) => other !== card);
    this.notices.problem(""); // there is room again
    this.refresh();
    if (document.activeElement === document.body) {
      (next?.element.querySelector<HTMLElement>("summary, button") ?? this.title)?.focus();
    }
  }

  private back(card: Card, index: number): void {
    this.cards.splice(index, 0, card);
    if (card.kept && !card.kept.problem) this.uploader.add(card.kept);
    this.refresh();
  }

  private rowGone(lost: boolean): void {
    this.refresh();
    if (lost) this.title?.focus();
  }

  /** The server refuses what was done here, such as deleting what another device has sent. */
  private errandRefused(errand: Errand, sentence: string): void {
    this.notices.problem(
      errand.label ? say(this.settings, "labelled", { label: errand.label, text: sentence }) : sentence,
    );
    void this.look();
  }

  private async comment(card: Card): Promise<void> {
    await this.keepComment(card, card.typed());
    await this.words.forget(...card.names());
    card.element.querySelector("details")?.removeAttribute("open");
    card.element.querySelector("summary")?.focus();
    announce(say(this.settings, "commentSaved"));
    await this.errands.run();
  }

  /** Stores a comment: with its photo, or for the server. */
  private async keepComment(card: Card, comment: string): Promise<void> {
    if (card.kept) {
      card.kept.comment = comment;
      await this.store.put(card.kept);
    } else {
      const about = { photo: card.fileId, label: card.label, kept: "", uploadUrl: "", due: 0 };
      await this.errands.add({ kind: "comment", comment, ...about });
    }
    card.setComment(comment);
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
    const agreement = { request: this.settings.request, round: this.settings.round, photos, comments };
    await this.errands.dropComments(new Set(photos));
    const within = new Promise<void>((resolve) => window.setTimeout(resolve, DELETED_WITHIN));
    const deleted = async (): Promise<void> => {
      await this.deletions.endAll();
      await this.errands.run(true);
    };
    await this.agreeing.give(agreement, () => Promise.race([deleted(), within]));
  }

  /** The server has acknowledged the agreement, with every comment. */
  private async heard(): Promise<void> {
    for (const card of this.cards) await this.words.forget(...card.names());
    window.location.assign(`${this.settings.here}/sent`);
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
    this.notices.status("");
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
    this.list.hidden = this.acceptable().length === 0 && !this.deletions.any;
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
    if (used) used.textContent = say(this.settings, "used", { count, size: megabytes(bytes) });
    this.sources.refresh(some, agreed || count >= this.settings.limit);
    for (const [index, card] of this.acceptable().entries()) card.number(this.settings.filed + index + 1);
    placeRefused(this.root, this.cards);
  }
}
