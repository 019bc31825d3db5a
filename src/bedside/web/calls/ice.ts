/**
 * Ways to the others through the clinic's servers: addresses, and credentials that relays take for
 * some minutes. They are fetched again before they run out, and before a connection is made again: a
 * device that slept has old ones, for its timers did not run.
 */
import { ask } from "../media/server";

interface Given {
  iceServers: RTCIceServer[];
  /** Milliseconds for which relays take these credentials. */
  lasts: number;
}

const EARLY_MS = 120_000;
const AT_LEAST_MS = 60_000;
const TRY_AGAIN_MS = 5_000;
/** A connection that is made again waits so long for fresh ones, and then tries those it has. */
const PATIENCE_MS = 3_000;

export class Ice {
  configuration: RTCConfiguration = {};
  private timer = 0;
  private ends = 0;
  private asking: Promise<void> | null = null;
  private isOver = false;

  /** `address` gives them as JSON; `changed` hears of each new configuration. */
  constructor(
    private readonly address: string,
    private readonly changed: (configuration: RTCConfiguration) => void,
  ) {}

  /** Fetches them, and goes on doing so in time. */
  fetch(): Promise<void> {
    this.asking ??= this.askFor().finally(() => (this.asking = null));
    return this.asking;
  }

  /** Sees to credentials that a new way through a relay can begin with. */
  fresh(): Promise<void> {
    if (Date.now() < this.ends - AT_LEAST_MS) return Promise.resolve();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
    return Promise.race([this.fetch(), patience]);
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private async askFor(): Promise<void> {
    clearTimeout(this.timer);
    let wait = TRY_AGAIN_MS;
    try {
      const { iceServers, lasts } = await ask<Given>(this.address);
      if (this.isOver) return;
      this.configuration = { iceServers, bundlePolicy: "max-bundle", iceCandidatePoolSize: 1 };
      this.ends = Date.now() + lasts;
      this.changed(this.configuration);
      wait = Math.max(AT_LEAST_MS, lasts - EARLY_MS);
    } catch {
      // Without them browsers still find each other in one network; it is asked again soon.
    }
    if (!this.isOver) this.timer = window.setTimeout(() => void this.fetch(), wait);
  }
}
