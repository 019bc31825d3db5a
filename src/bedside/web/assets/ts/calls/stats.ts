/** Reads a connection's getStats into the samples that `quality` judges. */
import type { Sample } from "./quality";

interface Counted {
  packetsLost?: number;
  packetsReceived?: number;
  fractionLost?: number;
  roundTripTime?: number;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
  availableOutgoingBitrate?: number;
}

/** The estimate of a connection that has just begun says nothing yet. */
const SETTLES_MS = 6_000;

export class Meter {
  private lost = 0;
  private received = 0;
  private readonly began = performance.now();

  constructor(private readonly connection: RTCPeerConnection) {}

  async sample(): Promise<Sample> {
    const report = await this.connection.getStats();
    let lost = 0;
    let received = 0;
    let lostThere = 0;
    let roundTrip = 0;
    let available: number | null = null;
    report.forEach((entry: { type: string } & Counted) => {
      if (entry.type === "inbound-rtp") {
        lost += entry.packetsLost ?? 0;
        received += entry.packetsReceived ?? 0;
      } else if (entry.type === "remote-inbound-rtp") {
        lostThere = Math.max(lostThere, entry.fractionLost ?? 0);
        roundTrip = Math.max(roundTrip, entry.roundTripTime ?? 0);
      } else if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
        roundTrip = Math.max(roundTrip, entry.currentRoundTripTime ?? 0);
        if (entry.availableOutgoingBitrate !== undefined) available = entry.availableOutgoingBitrate / 1_000;
      }
    });
    const lostNow = Math.max(0, lost - this.lost);
    const total = lostNow + Math.max(0, received - this.received);
    this.lost = lost;
    this.received = received;
    const settled = performance.now() - this.began > SETTLES_MS;
    return {
      roundTripMs: roundTrip * 1_000,
      lost: Math.max(lostThere, total > 0 ? lostNow / total : 0),
      availableKbps: settled ? available : null,
    };
  }
}

/** Samples without a packet after which a sender counts as silent. */
const SILENT_AFTER = 3;

/** Through a media server a connection stays up whoever goes: only their packets tell. */
export class Flow {
  private readonly packets = new Map<string, number>();
  private readonly still = new Map<string, number>();

  /** Look again; `from` says whose each transceiver (by its mid) is. */
  async look(connection: RTCPeerConnection, from: ReadonlyMap<string, string>): Promise<void> {
    const now = new Map<string, number>();
    (await connection.getStats()).forEach((entry: { type: string; mid?: string } & Counted) => {
      const sender = entry.type === "inbound-rtp" ? from.get(entry.mid ?? "") : undefined;
      if (sender) now.set(sender, (now.get(sender) ?? 0) + (entry.packetsReceived ?? 0));
    });
    for (const [sender, count] of now) {
      const moved = count !== this.packets.get(sender);
      this.packets.set(sender, count);
      this.still.set(sender, moved ? 0 : (this.still.get(sender) ?? 0) + 1);
    }
  }

  isSilent(sender: string): boolean {
    return (this.still.get(sender) ?? 0) >= SILENT_AFTER;
  }
}
