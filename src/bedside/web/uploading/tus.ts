/**
 * Sends one file, resumable (tus 1.0): after a lost network it asks which bytes the server has, and
 * goes on from there; after a reload too, when its address was kept. This is all that knows the
 * client library. What to send when, and what to keep meanwhile, is for those who use it.
 */
import { DetailedError, Upload } from "tus-js-client";
import { type Refusal, refusalIn } from "../components/answers";

/** Why it has stopped. */
export interface Stop extends Refusal {
  /** Of the server's answer; 0 when there was none. */
  status: number;
  /** Whether the server has refused the file, so that sending it again cannot help. */
  isFinal: boolean;
}

export interface Sending {
  /** Where uploads are announced. */
  endpoint: string;
  /** Where the server keeps what arrived earlier; "" before the first byte. */
  address: string;
  metadata: Record<string, string>;
  /** How long to wait before each try after a failure, until it stops. */
  retryDelays: readonly number[];
}

/** Who follows a sending. Nothing is told after `abort`. */
export interface Follower {
  /** Its metadata goes to the server now. */
  announced?(): void;
  /** The server gave the file an id of its own. */
  named?(file: string): void;
  /** The address at which it goes on later, to be kept. */
  addressed(address: string): void;
  /** It failed, and is tried again in a moment. */
  retried?(): void;
  /** Bytes that were sent. */
  moved?(sent: number): void;
  /** Every byte is at the server. */
  arrived(): void;
  stopped(why: Stop): void;
}

/** Answers of 4xx that pass by themselves: locked, too early, too many, the other end was away. */
const PASSING = [408, 409, 423, 425, 429, 460];

export class TusUpload {
  /** Resolves when it has arrived, has stopped or was aborted. */
  readonly over: Promise<void>;
  private readonly upload: Upload;
  private isOver = false;
  private end: () => void = () => undefined;

  constructor(file: Blob, sending: Sending, follower: Follower) {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
    const told = (what: () => void): void => {
      if (!this.isOver) what();
    };
    this.upload = new Upload(file, {
      endpoint: sending.endpoint,
      uploadUrl: sending.address || null,
      metadata: sending.metadata,
      headers: { Accept: "application/json" },
      retryDelays: [...sending.retryDelays],
      // Which upload belongs to which file is kept with the file.
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => {
        if (request.getMethod() === "POST") told(() => follower.announced?.());
      },
      onAfterResponse: (_request, response) => {
        const name = response.getHeader("Bedside-File");
        if (name) told(() => follower.named?.(name));
      },
      onUploadUrlAvailable: () => told(() => follower.addressed(this.upload.url ?? "")),
      onShouldRetry: (error) => this.isTriedAgain(error, follower),
      onProgress: (sent) => told(() => follower.moved?.(sent)),
      onSuccess: () => told(() => this.finish(() => follower.arrived())),
      onError: (error) => told(() => this.finish(() => follower.stopped(stopOf(error)))),
    });
  }

  start(): void {
    this.upload.start();
  }

  /** Stops; what the server has stays there. */
  async abort(): Promise<void> {
    this.isOver = true;
    await this.upload.abort().catch(() => undefined);
    this.end();
  }

  private finish(tell: () => void): void {
    this.isOver = true;
    tell();
    this.end();
  }

  private isTriedAgain(error: Error, follower: Follower): boolean {
    const { status, isFinal } = stopOf(error);
    // Asking at once again would only make “too many” worse; without a network there is nobody to ask.
    if (this.isOver || isFinal || status === 429 || !navigator.onLine) return false;
    follower.retried?.();
    return true;
  }
}

/** Drops what the server has of an upload; nothing is said when it cannot be reached. */
export async function discard(address: string, retryDelays: readonly number[]): Promise<void> {
  await Upload.terminate(address, { retryDelays: [...retryDelays] }).catch(() => undefined);
}

function stopOf(error: Error): Stop {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  const status = answer?.getStatus() ?? 0;
  const isFinal = status >= 400 && status < 500 && !PASSING.includes(status);
  return { ...refusalIn(answer?.getBody() ?? ""), status, isFinal };
}
