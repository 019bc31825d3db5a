/**
 * The confirmation: says which photos of this phone were not sent, and goes on with those that can
 * be.
 */
import { readSettings } from "./settings";
import { type Kept, PhotoStore } from "./store";

export class DonePage {
  constructor(private readonly root: HTMLElement) {}

  async start(): Promise<void> {
    const settings = readSettings(this.root.dataset.done ?? "");
    const store = new PhotoStore(settings.request);
    const sent = new Set(settings.sent);
    const kept = await store.all();
    const failed = kept.filter((photo) => photo.problem);
    for (const photo of kept) {
      if (photo.problem || sent.has(photo.id) || sent.has(photo.fileId)) await store.remove(photo.id);
    }
    this.say(failed);
    const left = (await store.all()).length > 0 || (await store.agreement())?.round === settings.round;
    if (left) window.location.replace(`${settings.here}/photos`);
  }

  private say(failed: Kept[]): void {
    const list = this.root.querySelector<HTMLElement>("[data-turned-away]");
    if (!list || !failed.length) return;
    for (const photo of failed) {
      const line = document.createElement("li");
      line.textContent = `${photo.name}: ${photo.problem}`;
      list.querySelector("ul")!.append(line);
    }
    list.hidden = false;
  }
}
