/** After “Agree & send photos”: goes on with what is still on this phone, and says how far it is. */
import { announce } from "../components/announce";
import { Closed, isAcceptable, RequestServer, type Snapshot } from "./server";
import { readSettings, say, type Settings } from "./settings";
import { PhotoStore, type Kept } from "./store";
import { Uploader } from "./uploader";

const LOOK_EVERY = 1_500;

export class SendingPage {
  private readonly settings: Settings;
  private readonly server: RequestServer;
  private readonly store: PhotoStore;
  private readonly uploader: Uploader;
  private waiting: Kept[] = [];
  private given = 0;

  constructor(private readonly root: HTMLElement) {
    this.settings = readSettings(root.dataset.sending ?? "");
    this.server = new RequestServer(this.settings.here);
    this.store = new PhotoStore(this.settings.request);
    this.uploader = new Uploader(this.server, this.store, {
      onProgress: (photo, share) => this.progress(photo, share),
      onArrived: (photo) => this.leave(photo),
      onRefused: (photo, sentence, code) => void this.refused(photo, sentence, code),
      onWaiting: () => this.status(say(this.settings, "noConnection")),
    });
  }

  async start(): Promise<void> {
    document.querySelector("[data-without-script]")?.setAttribute("hidden", "");
    this.waiting = (await this.store.all()).filter((photo) => !photo.problem);
    this.given = this.waiting.length;
    for (const photo of this.waiting) this.uploader.add(photo);
    await this.look();
  }

  private async look(): Promise<void> {
    try {
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
    window.setTimeout(() => void this.look(), LOOK_EVERY);
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
    // Photos that are neither here nor at the server are on another phone: this one can end it.
    const here = this.waiting.length + snapshot.photos.filter(isAcceptable).length;
    const finish = this.root.querySelector<HTMLElement>("[data-finish]");
    if (finish) finish.hidden = here > 0 || snapshot.filed === 0;
  }

  private progress(photo: Kept, share: number): void {
    const number = this.given - this.waiting.length + 1 + this.waiting.findIndex((other) => other.id === photo.id);
    const percent = Math.floor(share * 10) * 10; // it is read aloud, so not every one
    this.status(say(this.settings, "sending", { number, count: this.given, percent }));
  }

  private leave(photo: Kept): void {
    this.waiting = this.waiting.filter((other) => other.id !== photo.id);
  }

  /** The others go on without it; the clinic is not left waiting for one that cannot come. */
  private async refused(photo: Kept, sentence: string, code: string): Promise<void> {
    this.leave(photo);
    const words = sentence || say(this.settings, "failed");
    const banner = this.root.querySelector<HTMLElement>("[data-problem]");
    if (banner) {
      banner.hidden = false;
      banner.querySelector("[data-problem-text]")!.textContent = `${photo.name}: ${words}`;
    }
    announce(words, true);
    if (code.startsWith("file_refused")) return; // the server has counted it
    const snapshot = await this.server.snapshot();
    const there = snapshot.photos.filter(isAcceptable).length;
    await this.server.agree(snapshot.filed + there + this.waiting.length).catch(() => undefined);
  }

  private status(sentence: string): void {
    const shown = this.root.querySelector<HTMLElement>("[data-status]");
    if (shown && shown.textContent !== sentence) shown.textContent = sentence;
  }
}
