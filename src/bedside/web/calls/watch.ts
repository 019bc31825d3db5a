/** Measures a connection every two seconds and moves the level of what is sent over it. */
import { after, BEST, type Level, type Quality } from "./quality";
import { Meter, PAUSED_AFTER } from "./stats";

const EVERY_MS = 2_000;

export class Watch {
  private quality: Quality = BEST;
  private readonly meter: Meter;
  private readonly timer: number;
  private expects = false;
  /** Samples since pictures arrived; null until the first has arrived. */
  private withoutPictures: number | null = null;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly changed: () => void,
  ) {
    this.meter = new Meter(connection);
    this.timer = window.setInterval(() => void this.look(), EVERY_MS);
  }

  get level(): Level {
    return this.quality.level;
  }

  /**
   * Pictures arrived by this connection, the other side's camera is on, and nothing arrives any
   * more.
   */
  get isPaused(): boolean {
    return this.expects && (this.withoutPictures ?? 0) >= PAUSED_AFTER;
  }

  /** Whether the other side's camera is on. */
  expectPictures(expects: boolean): void {
    if (expects && !this.expects) this.withoutPictures = null;
    this.expects = expects;
  }

  close(): void {
    window.clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.connection.connectionState !== "connected") return;
    const before = { level: this.level, isPaused: this.isPaused };
    const { hasPictures, ...sample } = await this.meter.sample();
    if (hasPictures) this.withoutPictures = 0;
    else if (this.withoutPictures !== null) this.withoutPictures += 1;
    this.quality = after(this.quality, sample);
    if (this.level !== before.level || this.isPaused !== before.isPaused) this.changed();
  }
}
