/**
 * Uploads stored photos one by one, in the background, resumable (tus 1.0). A lost network, a
 * reload or a killed browser only delays it: it resumes from the last byte the server has. Of two
 * pages on one phone, one uploads a photo, and the other learns that it is done.
 */
import { type Stop, TusUpload } from "../uploading/tus";
import { Refused, type RequestServer } from "./server";
import { type Kept, nameOf, type PhotoStore } from "./store";

const RETRY_AFTER = [0, 1_000, 3_000, 6_000, 12_000];
const TRY_AGAIN_EVERY = 10_000;

export interface Watcher {
  /** A photo is being uploaded; `share` from 0 to 1. */
  onProgress(photo: Kept, share: number): void;
  /** The server has acknowledged every byte. */
  onArrived(photo: Kept): void;
  /** It is refused; `sentence` says why and what to do. `code` is the server's. */
  onRefused(photo: Kept, sentence: string, code: string): void;
  /** Another page of this phone has uploaded or deleted it. */
  onGone(photo: Kept): void;
  /** The network is gone; it is retried automatically. */
  onWaiting(): void;
}

/** A photo being uploaded, or waiting until another page of this phone releases it. */
class Turn {
  upload: TusUpload | null = null;
  private letGo: () => void = () => undefined;
  private readonly over = new Promise<void>((resolve) => {
    this.letGo = resolve;
  });

  constructor(readonly photo: Kept) {}

  /** Runs `work` when no other page has the photo, and keeps it locked until `end`. */
  take(work: () => Promise<void>): void {
    const held = async (): Promise<void> => {
      await work();
      await this.over;
    };
    // Without locks (an address without TLS) the page assumes that it is the only one.
    if (!navigator.locks) void held();
    else void navigator.locks.request(`bedside-photo/${this.photo.id}`, held);
  }

  async end(): Promise<void> {
    this.letGo();
    await this.upload?.abort();
  }
}

export class Uploader {
  private queue: Kept[] = [];
  private current: Turn | null = null;
  private timer = 0;

  constructor(
    private readonly server: RequestServer,
    private readonly store: PhotoStore,
    private readonly watcher: Watcher,
    /** The text for a photo that is refused without a reason. */
    private readonly noReason: string,
  ) {
    window.addEventListener("offline", () => {
      if (this.queue.length) this.watcher.onWaiting();
    });
    window.addEventListener("online", () => void this.startAgain());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.goOn();
    });
  }

  add(photo: Kept): void {
    this.queue.push(photo);
    this.goOn();
  }

  /** Stops a photo that its owner has deleted; what the server has of it stays for now. */
  async hold(photo: Kept): Promise<void> {
    this.queue = this.queue.filter((other) => other.id !== photo.id);
    if (this.current?.photo.id !== photo.id) return;
    const stopped = this.current;
    this.current = null;
    await stopped.end();
    this.goOn();
  }

  /** The network is back: do not wait for the next try. */
  private async startAgain(): Promise<void> {
    const stopped = this.current;
    this.current = null;
    await stopped?.end();
    this.goOn();
  }

  /** Begins the next photo unless one is being uploaded. */
  private goOn(): void {
    window.clearTimeout(this.timer);
    if (this.current) return;
    const photo = this.queue[0];
    if (!photo) return;
    const turn = new Turn(photo);
    this.current = turn;
    turn.take(() => this.begin(turn));
  }

  private async begin(turn: Turn): Promise<void> {
    const { photo } = turn;
    const kept = await this.store.get(photo.id);
    if (this.current !== turn) return;
    if (!kept) {
      await this.next(photo);
      this.watcher.onGone(photo);
      return;
    }
    // Another page may have uploaded part of it. The stored copy stays as it is, whatever becomes
    // of the file it was chosen from.
    Object.assign(photo, {
      photo: kept.photo,
      uploadUrl: kept.uploadUrl,
      fileId: kept.fileId,
      named: kept.named,
      sentComment: kept.sentComment,
    });
    turn.upload = this.uploadOf(photo);
    this.watcher.onProgress(photo, 0);
    turn.upload.start();
  }

  /** This photo is done with, one way or the other. */
  private async next(photo: Kept): Promise<void> {
    this.queue = this.queue.filter((other) => other.id !== photo.id);
    const over = this.current;
    this.current = null;
    await over?.end();
    this.goOn();
  }

  private uploadOf(photo: Kept): TusUpload {
    const sending = {
      endpoint: `${this.server.here}/uploads`,
      address: photo.uploadUrl,
      metadata: {
        photo: photo.id,
        filename: photo.name,
        comment: photo.comment,
        taken_at: String(photo.takenAt),
        looks: photo.warning,
      },
      retryDelays: RETRY_AFTER,
    };
    return new TusUpload(photo.photo, sending, {
      announced: () => {
        photo.sentComment = photo.comment;
        photo.named = true;
      },
      named: (file) => {
        photo.fileId = file;
      },
      addressed: (address) => {
        photo.uploadUrl = address;
        void this.store.put(photo);
      },
      retried: () => this.watcher.onWaiting(),
      moved: (sent) => this.watcher.onProgress(photo, sent / Math.max(1, photo.photo.size)),
      arrived: () => void this.arrived(photo),
      stopped: (why) => void this.stopped(photo, why),
    });
  }

  /** Every byte is there. The phone deletes the photo once its comment is there too. */
  private async arrived(photo: Kept): Promise<void> {
    try {
      if (photo.comment !== photo.sentComment) await this.server.comment(nameOf(photo), photo.comment);
    } catch (error) {
      // An agreement has taken its comment along, and it may be in the chart by now.
      if (!(error instanceof Refused)) {
        await this.later();
        return;
      }
    }
    await this.store.remove(photo.id);
    this.watcher.onArrived(photo);
    await this.next(photo);
  }

  private async stopped(photo: Kept, { isFinal, code, sentence }: Stop): Promise<void> {
    if (!isFinal) {
      await this.later();
      return;
    }
    // The server lists its own refusals; of the rest only this phone knows.
    if (code.startsWith("file_refused")) await this.store.remove(photo.id);
    else await this.store.put(Object.assign(photo, { problem: sentence || this.noReason }));
    this.watcher.onRefused(photo, sentence || this.noReason, code);
    await this.next(photo);
  }

  private async later(): Promise<void> {
    const stopped = this.current;
    this.current = null;
    await stopped?.end();
    this.watcher.onWaiting();
    this.timer = window.setTimeout(() => this.goOn(), TRY_AGAIN_EVERY);
  }
}
