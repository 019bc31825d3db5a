/**
 * The confirmation: says which photos of this phone were not sent, and goes on with those that can
 * be.
 */
import { Errands } from "./errands";
import { forgetRequest } from "./forgetting";
import { RequestServer } from "./server";
import { readSettings, type Settings, say } from "./settings";
import { type Kept, PhotoStore } from "./store";
import { Words } from "./words";

export class DonePage {
  constructor(private readonly root: HTMLElement) {}

  async start(): Promise<void> {
    const settings = readSettings(this.root.dataset.done ?? "");
    const store = new PhotoStore(settings.request);
    const sent = new Set(settings.sent);
    const errands = new Errands(settings.request, new RequestServer(settings.here), store, {
      onDone: () => undefined,
      onRefused: () => undefined, // what was sent from elsewhere is part of the confirmation
      onWaiting: () => undefined,
    });
    await errands.resume();
    await errands.run(true);
    const kept = (await store.all()).filter((photo) => !errands.deletes(photo.id, photo.fileId));
    const failed = kept.filter((photo) => photo.problem);
    const gone = (photo: Kept): boolean => !!photo.problem || sent.has(photo.id) || sent.has(photo.fileId);
    for (const photo of kept) if (gone(photo)) await store.remove(photo.id);
    await new Words(settings.request).forget(...sent);
    this.say(settings, failed);
    const left = kept.some((photo) => !gone(photo)) || (await store.agreement())?.round === settings.round;
    if (left) window.location.replace(`${settings.here}/photos`);
    else await forgetRequest(settings.request);
  }

  private say(settings: Settings, failed: Kept[]): void {
    const list = this.root.querySelector<HTMLElement>("[data-turned-away]");
    if (!list || !failed.length) return;
    for (const photo of failed) {
      const line = document.createElement("li");
      line.textContent = say(settings, "labelled", { label: photo.name, text: photo.problem });
      list.querySelector("ul")!.append(line);
    }
    list.hidden = false;
  }
}
