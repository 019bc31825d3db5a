/**
 * After “Agree & send photos”: continues with what is still on this phone, and shows the progress.
 */
import { announce } from "../components/announce";
import { percent } from "../components/sizes";
import { follow } from "./following";
import { Milestones } from "./milestones";
import { Closed, isAcceptable, RequestServer, type Snapshot } from "./server";
import { readSettings, type Settings, say } from "./settings";
import { type Kept, nameOf, PhotoStore } from "./store";
import { Uploader, type Watcher } from "./uploader";

const LOOK_EVERY = 1_500;

export class SendingPage {
  private readonly settings: Settings;
  private readonly server: RequestServer;
  private readonly store: PhotoStore;
  private readonly uploader: Uploader;
  private readonly milestones = new Milestones();
  private waiting: Kept[] = [];
  /** Photos that cannot come, which the server does not know yet. */
  private failed: Kept[] = [];
  private given = 0;
  private timer = 0;

  constructor(private readonly root: HTMLElement) {
    this.settings = readSettings(root.dataset.sending ?? "");
    this.server = new RequestServer(this.settings.here);
    this.store = new PhotoStore(this.settings.request);
    const watcher: Watcher = {
      onProgress: (photo, share) => this.progress(photo, share),
      onArrived: (photo) => this.leave(photo),
      onRefused: (photo, sentence, code) => void this.refused(photo, sentence, code),
      onGone: (photo) => this.leave(photo),
      onWaiting: () => this.status(say(this.settings, "noConnection")),
    };
    this.uploader = new Uploader(this.server, this.store, watcher, say(this.settings, "failed"));
  }

  async start(): Promise<void> {
    document.querySelector("[data-without-script]")?.setAttribute("hidden", "");
    const coming = new Set(this.settings.coming);
    const agreed = (await this.store.all()).filter((photo) => coming.has(nameOf(photo)));
    this.waiting = agreed.filter((photo) => !photo.problem);
    this.failed = agreed.filter((photo) => photo.problem);
    this.given = this.waiting.length;
    for (const photo of this.waiting) this.uploader.add(photo);
    follow(this.settings.request, () => void this.look());
    await this.look();
  }

  private async look(): Promise<void> {
    window.clearTimeout(this.timer);
    try {
      if (this.failed.length) await this.server.finish(this.failed.map(nameOf));
      this.failed = [];
      const snapshot = await this.server.snapshot();
      if (!snapshot.sending) {
        window.location.reload();
        return;
      }
      this.show(snapshot);
    } catch (error) {
      if (error instanceof Closed) {
        window.location.reload();
        return;
      }
      this.status(say(this.settings, "noConnection"));
    }
    this.timer = window.setTimeout(() => void this.look(), LOOK_EVERY);
  }

  private show(snapshot: Snapshot): void {
    const bar = this.root.querySelector<HTMLProgressElement>("progress");
    if (bar) {
      bar.max = snapshot.expected;
      bar.value = snapshot.filed;
    }
    const words = say(this.settings, "arrived", { filed: snapshot.filed, count: snapshot.expected });
    const text = this.root.querySelector<HTMLElement>("[data-progress-text]");
    if (text) text.textContent = say(this.settings, "ofCount", { filed: snapshot.filed, count: snapshot.expected });
    if (!this.waiting.length) this.status(words);
    if (this.milestones.next(snapshot.filed, snapshot.expected) === "half") announce(words);
    for (const photo of snapshot.photos) if (!isAcceptable(photo)) this.turnedAway(photo.id, photo.name, photo.refusal);
    for (const gone of snapshot.refused) this.turnedAway(gone.id, gone.name, gone.refusal);
    // Photos that are neither here nor at the server are on another phone: this one can finish
    // without them.
    const here = this.waiting.length + snapshot.photos.filter((photo) => photo.agreed && isAcceptable(photo)).length;
    const finish = this.root.querySelector<HTMLElement>("[data-finish]");
    if (finish) finish.hidden = here >= snapshot.expected - snapshot.filed;
  }

  /** Says once which photo was refused. */
  private turnedAway(id: string, name: string, sentence: string): void {
    const list = this.root.querySelector<HTMLElement>("[data-turned-away]");
    if (!list || list.querySelector(`[data-gone="${CSS.escape(id)}"]`)) return;
    const line = document.createElement("li");
    line.dataset.gone = id;
    line.textContent = say(this.settings, "labelled", { label: name, text: sentence });
    list.querySelector("ul")!.append(line);
    list.hidden = false;
    announce(line.textContent, true);
  }

  private progress(photo: Kept, share: number): void {
    const number = this.given - this.waiting.length + 1 + this.waiting.findIndex((other) => other.id === photo.id);
    const done = percent(Math.floor(share * 100));
    this.status(say(this.settings, "sending", { number, count: this.given, percent: done }));
  }

  private leave(photo: Kept): void {
    this.waiting = this.waiting.filter((other) => other.id !== photo.id);
    void this.look();
  }

  /** The others go on without it; the clinic must not wait for one that cannot come. */
  private async refused(photo: Kept, sentence: string, code: string): Promise<void> {
    this.waiting = this.waiting.filter((other) => other.id !== photo.id);
    if (!code.startsWith("file_refused")) {
      this.turnedAway(photo.id, photo.name, sentence);
      this.failed.push(photo); // the server has not counted it
    }
    await this.look();
  }

  private status(sentence: string): void {
    const shown = this.root.querySelector<HTMLElement>("[data-status]");
    if (shown && shown.textContent !== sentence) shown.textContent = sentence;
  }
}
