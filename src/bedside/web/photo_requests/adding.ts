/** Photos chosen on this phone: stored first of all, then examined and made to fit. */
import { newId } from "../components/ids";
import { captureTime } from "./capture_time";
import { fit } from "./fitting";
import { decoded, warningOf } from "./picture";
import { type Settings, say } from "./settings";
import type { Kept, PhotoStore } from "./store";

export class Adding {
  constructor(
    private readonly settings: Settings,
    private readonly store: PhotoStore,
  ) {}

  /** Stores each file before it is `shown`: from there on the page may die. */
  async add(files: File[], fromCamera: boolean, shown: (kept: Kept) => void): Promise<Kept[]> {
    const added: Kept[] = [];
    for (const [index, file] of files.entries()) {
      const kept: Kept = {
        id: newId("photo"),
        request: this.settings.request,
        name: file.name || "photo.jpg",
        type: file.type,
        photo: file,
        takenAt: fromCamera ? file.lastModified : await captureTime(file).catch(() => 0),
        comment: "",
        sentComment: "",
        order: Date.now() * 100 + index,
        uploadUrl: "",
        fileId: "",
        warning: "",
        problem: "",
      };
      await this.store.put(kept);
      await this.read(kept, file);
      shown(kept);
      added.push(kept);
    }
    return added;
  }

  /**
   * A file that is still in a cloud has no bytes, and one that changes while it is read would fail
   * over and over: both are told at once.
   */
  private async read(kept: Kept, file: File): Promise<void> {
    if (file.size > 0 && (await this.store.isStored(kept.id))) return; // the copy never changes
    try {
      if (file.size === 0) kept.problem = say(this.settings, "empty");
      else kept.photo = new Blob([await file.arrayBuffer()], { type: file.type });
    } catch {
      kept.problem = say(this.settings, "unreadable");
    }
    await this.store.put(kept);
  }

  /** Makes photos fit into `left` bytes. Returns those that do not, with their problem. */
  async fit(waiting: Kept[], left: number, changed: (photo: Kept) => void): Promise<Kept[]> {
    const tooMuch = await fit(waiting, left, async (photo) => {
      await this.store.put(photo);
      changed(photo);
    });
    for (const kept of tooMuch) {
      kept.problem = say(this.settings, "tooLarge", { most: this.settings.bytes / 1_000_000 });
      await this.store.put(kept);
    }
    return tooMuch;
  }

  /** Whether the phone thinks that a photo is dark or blurred. */
  async judge(kept: Kept): Promise<boolean> {
    const picture = await decoded(kept.photo);
    if (!picture) return false;
    kept.warning = warningOf(picture);
    picture.close();
    if (kept.warning) await this.store.put(kept);
    return kept.warning !== "";
  }
}
