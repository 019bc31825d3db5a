/**
 * Uploads kept photos one by one, in the background, resumable (tus 1.0). A lost network, a reload
 * or a killed browser only makes it wait: it goes on from the last byte that the server has.
 */
import { DetailedError, Upload } from "tus-js-client";
import type { Kept, PhotoStore } from "./store";
import type { RequestServer } from "./server";

const RETRY_AFTER = [0, 1_000, 3_000, 6_000, 12_000];
const TRY_AGAIN_EVERY = 10_000;

export interface Watcher {
  /** A photo is on its way; `share` from 0 to 1. */
  onProgress(photo: Kept, share: number): void;
  /** Every byte is safe at the server. */
  onArrived(photo: Kept): void;
  /** It will not be taken; `sentence` says why and what to do. `code` is the server's. */
  onRefused(photo: Kept, sentence: string, code: string): void;
  /** The network is away; it goes on by itself. */
  onWaiting(): void;
}

interface Refusal {
  code: string;
  sentence: string;
}

export class Uploader {
  private queue: Kept[] = [];
  private current: { photo: Kept; upload: Upload } | null = null;
  private timer = 0;

  constructor(
    private readonly server: RequestServer,
    private readonly store: PhotoStore,
    private readonly watcher: Watcher,
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

  /** Stop with a photo that its owner has deleted, and drop what the server has of it. */
  async forget(photo: Kept): Promise<void> {
    this.queue = this.queue.filter((other) => other.id !== photo.id);
    if (this.current?.photo.id === photo.id) {
      const { upload } = this.current;
      this.current = null;
      await upload.abort();
      this.goOn();
    }
    if (photo.uploadUrl) await Upload.terminate(photo.uploadUrl, { retryDelays: [] }).catch(() => undefined);
  }

  /** The network is back: do not wait for the next try. */
  private async startAgain(): Promise<void> {
    const stopped = this.current;
    this.current = null;
    await stopped?.upload.abort();
    this.goOn();
  }

  /** Begin the next photo unless one is on its way. */
  private goOn(): void {
    window.clearTimeout(this.timer);
    if (this.current) return;
    const photo = this.queue[0];
    if (!photo) return;
    const upload = this.uploadOf(photo);
    this.current = { photo, upload };
    this.watcher.onProgress(photo, 0);
    upload.start();
  }

  private uploadOf(photo: Kept): Upload {
    const mine = (): boolean => this.current?.photo.id === photo.id;
    const upload = new Upload(photo.photo, {
      endpoint: `${this.server.here}/uploads`,
      uploadUrl: photo.uploadUrl || null,
      retryDelays: RETRY_AFTER,
      metadata: { filename: photo.name, comment: photo.comment, taken_at: String(photo.takenAt) },
      headers: { Accept: "application/json" },
      // Which upload belongs to which photo is kept with the photo itself.
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => {
        if (request.getMethod() === "POST") photo.sentComment = photo.comment;
      },
      onAfterResponse: (_request, response) => {
        photo.fileId = response.getHeader("Bedside-File") ?? photo.fileId;
      },
      onUploadUrlAvailable: () => {
        photo.uploadUrl = upload.url ?? "";
        void this.store.put(photo);
      },
      onShouldRetry: (error) => {
        const again = !isFinal(error as DetailedError);
        if (again && mine()) this.watcher.onWaiting();
        return again;
      },
      onProgress: (sent, total) => {
        if (mine()) this.watcher.onProgress(photo, total ? sent / total : 0);
      },
      onSuccess: () => {
        if (mine()) void this.arrived(photo);
      },
      onError: (error) => {
        if (mine()) void this.failed(photo, error as DetailedError);
      },
    });
    return upload;
  }

  private async arrived(photo: Kept): Promise<void> {
    this.queue.shift();
    this.current = null;
    if (photo.comment !== photo.sentComment && photo.fileId) {
      await this.server.comment(photo.fileId, photo.comment).catch(() => undefined);
    }
    await this.store.remove(photo.id);
    this.watcher.onArrived(photo);
    this.goOn();
  }

  private async failed(photo: Kept, error: DetailedError): Promise<void> {
    this.current = null;
    if (!isFinal(error)) {
      this.watcher.onWaiting();
      this.timer = window.setTimeout(() => this.goOn(), TRY_AGAIN_EVERY);
      return;
    }
    this.queue.shift();
    const refusal = refusalOf(error);
    await this.store.remove(photo.id);
    this.watcher.onRefused(photo, refusal.sentence, refusal.code);
    this.goOn();
  }
}

/** Whether the server has refused, so that trying again cannot help. */
function isFinal(error: DetailedError): boolean {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status >= 400 && status < 500 && ![408, 409, 423, 425, 429, 460].includes(status);
}

function refusalOf(error: DetailedError): Refusal {
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "") as Refusal;
  } catch {
    return { code: "", sentence: "" };
  }
}
