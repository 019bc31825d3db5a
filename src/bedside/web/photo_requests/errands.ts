/**
 * Comments and deletions that the server has not acknowledged: stored on the phone first, then sent
 * with the first connection, here or when the link is opened again. Sending is idempotent.
 */
import { Shelf } from "../uploading/shelf";
import { discard } from "../uploading/tus";
import { Closed, Refused, type RequestServer } from "./server";
import { ERRANDS } from "./shelves";
import type { PhotoStore } from "./store";

const TRY_AGAIN_EVERY = 10_000;

export interface Errand {
  /** The request's id and `photo`: a later errand about a photo replaces the earlier one. */
  id: string;
  request: string;
  kind: "comment" | "delete";
  /** The server's name for the photo, or for what is left of a refused one. */
  photo: string;
  /** What people call it, for a message about it. */
  label: string;
  comment: string;
  /** The photo's id on this phone, and the address of its upload; "" if there is none. */
  kept: string;
  uploadUrl: string;
  /** When it may be sent, in milliseconds since the epoch: a deletion can be undone until then. */
  due: number;
}

export interface ErrandWatcher {
  /** The server has acknowledged it. */
  onDone(errand: Errand): void;
  /** The server refuses it, and says why. */
  onRefused(errand: Errand, sentence: string): void;
  /** The network is gone; these are retried automatically. */
  onWaiting(errands: Errand[]): void;
}

export class Errands {
  private readonly shelf = new Shelf<Errand>(ERRANDS);
  private readonly open = new Map<string, Errand>();
  private readonly held = new Set<string>();
  private running: Promise<void> | null = null;
  private timer = 0;

  constructor(
    private readonly request: string,
    private readonly server: RequestServer,
    private readonly store: PhotoStore,
    private readonly watcher: ErrandWatcher,
  ) {
    window.addEventListener("online", () => void this.run());
    window.addEventListener("pagehide", () => {
      this.held.clear();
      void this.run(true); // what is not acknowledged now is sent when the link is opened again
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.run();
    });
  }

  /** Those that an earlier page of this phone has left. */
  async resume(): Promise<Errand[]> {
    const stored = await this.shelf.where(this.request).catch(() => []);
    for (const errand of stored) this.open.set(errand.id, errand);
    return stored;
  }

  /** Stores an errand; resolves once it would survive the page. `held` ones wait for `release`. */
  async add(errand: Omit<Errand, "id" | "request">, held = false): Promise<Errand> {
    const whole = { ...errand, id: `${this.request}/${errand.photo}`, request: this.request };
    this.open.set(whole.id, whole);
    if (held) this.held.add(whole.id);
    await this.shelf.put(whole).catch(() => undefined); // without room it is kept in memory
    return whole;
  }

  /** The patient has changed their mind, or something else says the same. */
  async drop(errand: Errand): Promise<void> {
    this.held.delete(errand.id);
    if (this.open.get(errand.id) === errand) this.open.delete(errand.id);
    await this.shelf.remove(errand.id).catch(() => undefined);
  }

  /** An agreement takes these comments along. */
  async dropComments(photos: ReadonlySet<string>): Promise<void> {
    for (const errand of [...this.open.values()]) {
      if (errand.kind === "comment" && photos.has(errand.photo)) await this.drop(errand);
    }
  }

  async release(errand: Errand): Promise<void> {
    this.held.delete(errand.id);
    await this.run(true);
  }

  /** Whether a photo with one of these names is deleted, as far as the patient is concerned. */
  deletes(...names: string[]): boolean {
    return [...this.open.values()].some(
      (errand) => errand.kind === "delete" && names.some((name) => name && [errand.photo, errand.kept].includes(name)),
    );
  }

  /** Sends everything that may be sent, one after the other; with `now`, without waiting for `due`. */
  async run(now = false): Promise<void> {
    window.clearTimeout(this.timer);
    const before = this.running;
    const work = (async (): Promise<void> => {
      await before;
      await this.sendAll(now);
    })();
    this.running = work;
    await work;
    if (this.running === work) this.running = null;
  }

  private async sendAll(now: boolean): Promise<void> {
    for (const errand of [...this.open.values()]) {
      if (this.held.has(errand.id) || this.open.get(errand.id) !== errand) continue;
      if (!now && errand.due > Date.now()) {
        this.later(errand.due - Date.now());
        continue;
      }
      try {
        await this.send(errand);
      } catch (error) {
        if (error instanceof Closed) return; // nothing of it matters any more
        if (!(error instanceof Refused)) {
          this.watcher.onWaiting([...this.open.values()].filter((other) => !this.held.has(other.id)));
          this.later(TRY_AGAIN_EVERY);
          return;
        }
        await this.drop(errand);
        this.watcher.onRefused(errand, error.message);
        continue;
      }
      await this.drop(errand);
      this.watcher.onDone(errand);
    }
  }

  private async send(errand: Errand): Promise<void> {
    if (errand.kind === "comment") {
      await this.server.comment(errand.photo, errand.comment);
      return;
    }
    const kept = errand.kept ? await this.store.get(errand.kept) : null;
    const upload = kept?.uploadUrl || errand.uploadUrl;
    const onlyHere = kept !== null && !upload; // its upload has not begun
    if (!onlyHere) await this.server.delete(errand.photo);
    if (upload) await discard(upload, []);
    if (errand.kept) await this.store.remove(errand.kept);
  }

  private later(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), wait);
  }
}
