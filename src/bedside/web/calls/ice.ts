/**
 * ICE servers: the clinic's addresses, and credentials that relays accept for some minutes. They
 * are fetched again before they expire, and before a connection is remade: a device that slept has
 * old ones, because its timers did not run.
 */
import { ask } from "../media/server";

interface Given {
  iceServers: RTCIceServer[];
  /** Milliseconds for which relays accept these credentials. */
  lasts: number;
}

const EARLY_MS = 120_000;
const AT_LEAST_MS = 60_000;
const TRY_AGAIN_MS = 5_000;
/** How long a connection being remade waits for fresh ones before it tries those it has. */
const PATIENCE_MS = 3_000;

export class Ice {
  configuration: RTCConfiguration = {};
  private timer = 0;
  private ends = 0;
  private asking: Promise<void> | null = null;
  private isOver = false;

  /** `address` returns them as JSON; `changed` is called with each new configuration. */
  constructor(
    private readonly address: string,
    private readonly changed: (configuration: RTCConfiguration) => void,
  ) {}

  /** Fetches them, and keeps doing so in time. */
  fetch(): Promise<void> {
    this.asking ??= this.askFor().finally(() => (this.asking = null));
    return this.asking;
  }

  /** Ensures credentials with which a new path through a relay can begin. */
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
      // No candidates are gathered ahead (iceCandidatePoolSize): a Chromium that is given an offer in
      // that moment may never find any for this connection.
      this.configuration = { iceServers, bundlePolicy: "max-bundle" };
      this.ends = Date.now() + lasts;
      this.changed(this.configuration);
      wait = Math.max(AT_LEAST_MS, lasts - EARLY_MS);
    } catch {
      // Without them browsers still find each other on one network; the next request comes soon.
    }
    if (!this.isOver) this.timer = window.setTimeout(() => void this.fetch(), wait);
  }
}
