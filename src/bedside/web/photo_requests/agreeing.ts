/**
 * “Agree & send photos”: stored on the phone first, then sent to the server until it acknowledges.
 * The page may die, the network may be gone; sending is idempotent.
 */
import { Closed, Refused, type RequestServer } from "./server";
import type { Agreement, PhotoStore } from "./store";
import type { Words } from "./words";

const TRY_AGAIN_EVERY = 10_000;

export interface AgreementWatcher {
  /** The server has acknowledged. */
  onHeard(): void;
  /** The network is gone; it is retried automatically. */
  onWaiting(): void;
  /** The link has ended, or nothing is left to send: nothing was sent by this. */
  onOver(): void;
}

export class Agreeing {
  private agreement: Agreement | null = null;
  private speaking = false;
  private timer = 0;

  constructor(
    private readonly server: RequestServer,
    private readonly store: PhotoStore,
    private readonly words: Words,
    private readonly watcher: AgreementWatcher,
  ) {
    window.addEventListener("online", () => void this.say());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.say();
    });
  }

  /** Whether something was agreed to that the server has not acknowledged. */
  get waits(): boolean {
    return this.agreement !== null;
  }

  /** The patient agrees now. Once it is stored, `before` is done, and then it is sent. */
  async give(agreement: Agreement, before: () => Promise<void>): Promise<void> {
    this.agreement = agreement;
    await this.store.keepAgreement(agreement);
    await before();
    await this.say();
  }

  /** Resumes what was agreed to before this page was opened, by the same link. */
  async resume(round: number): Promise<boolean> {
    const kept = await this.store.agreement();
    if (kept && kept.round !== round) {
      await this.keepWords(kept); // by the new link the patient agrees again
      await this.store.forgetAgreement();
    }
    if (!kept || kept.round !== round) return false;
    this.agreement = kept;
    return true;
  }

  async say(): Promise<void> {
    const agreement = this.agreement;
    if (!agreement || this.speaking) return;
    window.clearTimeout(this.timer);
    this.speaking = true;
    try {
      await this.server.agree(agreement.photos, agreement.comments);
      await this.done();
      this.watcher.onHeard();
    } catch (error) {
      if (error instanceof Closed || error instanceof Refused) {
        await this.keepWords(agreement);
        await this.done();
        this.watcher.onOver();
      } else {
        this.timer = window.setTimeout(() => void this.say(), TRY_AGAIN_EVERY);
        this.watcher.onWaiting();
      }
    } finally {
      this.speaking = false;
    }
  }

  /** The comments of an agreement that was not sent are typed, and not saved. */
  private async keepWords(agreement: Agreement): Promise<void> {
    for (const [photo, text] of Object.entries(agreement.comments)) await this.words.keep(photo, text);
  }

  private async done(): Promise<void> {
    this.agreement = null;
    await this.store.forgetAgreement();
  }
}
