/**
 * “Agree & send photos”: kept on the phone first, then said to the server, again and again until it
 * has heard. The page may die, the network may be away; saying it twice is saying it once.
 */
import { Closed, Refused, type RequestServer } from "./server";
import type { Agreement, PhotoStore } from "./store";

const TRY_AGAIN_EVERY = 10_000;

export interface AgreementWatcher {
  /** The server knows. */
  onHeard(): void;
  /** The network is away; it is said again by itself. */
  onWaiting(): void;
  /** The link has ended, or there is nothing to send any more: nothing was sent by this. */
  onOver(): void;
}

export class Agreeing {
  private agreement: Agreement | null = null;
  private speaking = false;
  private timer = 0;

  constructor(
    private readonly server: RequestServer,
    private readonly store: PhotoStore,
    private readonly watcher: AgreementWatcher,
  ) {
    window.addEventListener("online", () => void this.say());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.say();
    });
  }

  /** Whether something was agreed to that the server has not heard. */
  get waits(): boolean {
    return this.agreement !== null;
  }

  /** The patient agrees now. */
  async give(agreement: Agreement): Promise<void> {
    this.agreement = agreement;
    await this.store.keepAgreement(agreement);
    await this.say();
  }

  /** Go on with what was agreed to before this page was opened, by the same link. */
  async resume(round: number): Promise<boolean> {
    const kept = await this.store.agreement();
    if (kept && kept.round !== round) await this.store.forgetAgreement();
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

  private async done(): Promise<void> {
    this.agreement = null;
    await this.store.forgetAgreement();
  }
}
