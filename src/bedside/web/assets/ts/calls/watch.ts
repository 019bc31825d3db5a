/** Measures a connection every two seconds and moves the level of what is sent over it. */
import { after, BEST, type Level, type Quality } from "./quality";
import { Meter } from "./stats";

const EVERY_MS = 2_000;

export class Watch {
  private quality: Quality = BEST;
  private readonly meter: Meter;
  private readonly timer: number;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly changed: (level: Level) => void,
  ) {
    this.meter = new Meter(connection);
    this.timer = window.setInterval(() => void this.look(), EVERY_MS);
  }

  get level(): Level {
    return this.quality.level;
  }

  close(): void {
    window.clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.connection.connectionState !== "connected") return;
    const before = this.quality.level;
    this.quality = after(this.quality, await this.meter.sample());
    if (this.quality.level !== before) this.changed(this.quality.level);
  }
}
