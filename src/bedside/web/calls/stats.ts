/** Reads a connection's getStats into the samples that `quality` judges. */
import type { Sample } from "./quality";
import { SCREEN } from "./tracks";

interface Counted {
  timestamp: number;
  mid?: string;
  packetsLost?: number;
  packetsReceived?: number;
  framesReceived?: number;
  framesEncoded?: number;
  fractionLost?: number;
  roundTripTime?: number;
  nominated?: boolean;
  totalRoundTripTime?: number;
  responsesReceived?: number;
  availableOutgoingBitrate?: number;
}

/** The basis of a sample; counters begin with the connection. */
interface Sums {
  lost: number;
  received: number;
  framesIn: number;
  framesOut: number;
  /** Answers of the other side to connectivity checks, and the seconds they took. */
  answers: number;
  answersTook: number;
  /** The other side's latest report, and how many milliseconds old it is. */
  lostThere: number;
  roundTrip: number;
  toldAgo: number;
  available: number | null;
}

const NOTHING: Sums = {
  ...{ lost: 0, received: 0, framesIn: 0, framesOut: 0, answers: 0, answersTook: 0 },
  ...{ lostThere: 0, roundTrip: 0, toldAgo: Infinity, available: null },
};

/** The estimate is meaningless when pictures have just begun to be sent. */
const SETTLES_MS = 6_000;
/** The other side's report on a stream that is no longer sent stays in the statistics unchanged. */
const FRESH_MS = 5_000;
/** A receiver of pictures reports every second; if not, everything is held up. */
const HELD_UP_MS = 3_000;

export class Meter {
  private before = NOTHING;
  /**
   * When pictures began to be sent; 0 while none are, because the estimate is never tested then.
   */
  private sendsSince = 0;

  constructor(private readonly connection: RTCPeerConnection) {}

  /** Measurements since the last call, and whether pictures arrived. */
  async sample(): Promise<Sample & { hasPictures: boolean }> {
    const now = sumsOf(await this.connection.getStats());
    const { before } = this;
    this.before = now;
    if (now.framesOut <= before.framesOut) this.sendsSince = 0;
    else this.sendsSince ||= performance.now();
    const settled = this.sendsSince > 0 && performance.now() - this.sendsSince > SETTLES_MS;
    const lostNow = Math.max(0, now.lost - before.lost);
    const total = lostNow + Math.max(0, now.received - before.received);
    return {
      roundTripMs: roundTripOf(now, before),
      lost: Math.max(now.lostThere, total > 0 ? lostNow / total : 0),
      availableKbps: settled ? now.available : null,
      hasPictures: now.framesIn > before.framesIn,
    };
  }
}

/** Checks are rare, so that only those answered just now count: the last may be long ago. */
function roundTripOf(now: Sums, before: Sums): number {
  const answers = now.answers - before.answers;
  const check = answers > 0 ? (1_000 * (now.answersTook - before.answersTook)) / answers : 0;
  const sends = before.framesOut > 0 && now.framesOut > before.framesOut;
  const heldUp = sends && now.toldAgo < Infinity && now.toldAgo > HELD_UP_MS ? now.toldAgo : 0;
  return Math.max(1_000 * now.roundTrip, check, heldUp);
}

function sumsOf(report: RTCStatsReport): Sums {
  const sums = { ...NOTHING };
  let latest = 0;
  report.forEach((entry: Counted) => {
    latest = Math.max(latest, entry.timestamp);
  });
  report.forEach((entry: { type: string } & Counted) => {
    if (entry.type === "inbound-rtp") {
      sums.lost += entry.packetsLost ?? 0;
      sums.received += entry.packetsReceived ?? 0;
      if (entry.mid !== String(SCREEN)) sums.framesIn += entry.framesReceived ?? 0;
    } else if (entry.type === "outbound-rtp") {
      sums.framesOut += entry.framesEncoded ?? 0;
    } else if (entry.type === "remote-inbound-rtp") {
      const ago = latest - entry.timestamp;
      sums.toldAgo = Math.min(sums.toldAgo, ago);
      if (ago >= FRESH_MS) return;
      sums.lostThere = Math.max(sums.lostThere, entry.fractionLost ?? 0);
      sums.roundTrip = Math.max(sums.roundTrip, entry.roundTripTime ?? 0);
    } else if (entry.type === "candidate-pair" && entry.nominated) {
      sums.answers += entry.responsesReceived ?? 0;
      sums.answersTook += entry.totalRoundTripTime ?? 0;
      if (entry.availableOutgoingBitrate !== undefined) sums.available = entry.availableOutgoingBitrate / 1_000;
    }
  });
  return sums;
}

/** Consecutive samples without a picture after which it counts as paused. */
export const PAUSED_AFTER = 2;
/** Samples without a packet after which a sender counts as silent. */
const SILENT_AFTER = 3;

/** Through a media server a connection stays up whoever leaves: only their packets tell. */
export class Flow {
  private readonly packets = new Streak();
  private readonly frames = new Streak();

  /** Reads again; `from` says whose each transceiver (by its mid) is. */
  async look(connection: RTCPeerConnection, from: ReadonlyMap<string, string>): Promise<void> {
    const packets = new Map<string, number>();
    const frames = new Map<string, number>();
    (await connection.getStats()).forEach((entry: { type: string } & Counted) => {
      const sender = entry.type === "inbound-rtp" ? from.get(entry.mid ?? "") : undefined;
      if (!sender) return;
      packets.set(sender, (packets.get(sender) ?? 0) + (entry.packetsReceived ?? 0));
      frames.set(sender, (frames.get(sender) ?? 0) + (entry.framesReceived ?? 0));
    });
    this.packets.count(packets);
    this.frames.count(frames);
  }

  isSilent(sender: string): boolean {
    return this.packets.of(sender) >= SILENT_AFTER;
  }

  /** Pictures have arrived from a sender, and stopped. */
  isPaused(sender: string): boolean {
    return this.frames.has(sender) && this.frames.of(sender) >= PAUSED_AFTER;
  }
}

/** Counts for how many consecutive samples something has not grown. */
class Streak {
  private readonly sums = new Map<string, number>();
  private readonly still = new Map<string, number>();

  count(now: ReadonlyMap<string, number>): void {
    for (const [sender, sum] of now) {
      const moved = sum !== this.sums.get(sender);
      this.sums.set(sender, sum);
      this.still.set(sender, moved ? 0 : (this.still.get(sender) ?? 0) + 1);
    }
  }

  of(sender: string): number {
    return this.still.get(sender) ?? 0;
  }

  has(sender: string): boolean {
    return (this.sums.get(sender) ?? 0) > 0;
  }
}
