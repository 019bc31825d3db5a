/**
 * Signals between browsers of a call: they are sent over the page's socket, and arrive as a topic.
 */
import type { LiveEvent, Signal } from "../live/messages";
import type { Heard, LiveSocket } from "../live/socket";

export const PUBLISH = "media_server:publish";
export const SUBSCRIBE = "media_server:subscribe";

/** The connection whose sound or picture a transceiver of the media server's offer carries. */
export interface StreamFacts {
  mid: string;
  connection_id: string;
  kind: "audio" | "video";
  publisher_mid: string;
}

export interface Incoming {
  from: string;
  description: RTCSessionDescriptionInit | null;
  candidate: RTCIceCandidateInit | null;
  streams: StreamFacts[];
  /** The number of the media server's offer, which the answer names. */
  number: number;
  /** The media server starts over: the previous subscription is over. */
  fresh: boolean;
  /** Why the media server could not do what it was asked. */
  failure: string;
}

export interface Outgoing {
  to: string;
  description?: RTCSessionDescription | null;
  candidate?: RTCIceCandidate | null;
  number?: number;
  ask?: "watch" | "restart_ice";
}

/**
 * Milliseconds; a socket that is gone for longer comes back to connections that start over anyway.
 */
const KEPT_FOR_MS = 60_000;

export class Signals {
  private readonly waiting: { at: number; signal: Outgoing }[] = [];
  private readonly leave: () => void;

  constructor(
    private readonly socket: LiveSocket,
    private readonly call: string,
    private readonly connection: string,
    hear: (signal: Incoming) => void,
  ) {
    this.leave = socket.subscribe(`signals:${connection}`, (heard: Heard) => {
      if (heard.kind === "event" && heard.type === "call.signal") hear(incomingOf(heard));
    });
    document.addEventListener("bedside:connected", this.sendWaiting);
  }

  /** Sends now, or in order as soon as the socket is back. */
  send(signal: Outgoing): void {
    this.waiting.push({ at: performance.now(), signal });
    this.sendWaiting();
  }

  close(): void {
    this.leave();
    this.waiting.length = 0;
    document.removeEventListener("bedside:connected", this.sendWaiting);
  }

  private readonly sendWaiting = (): void => {
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      const isOld = performance.now() - first.at > KEPT_FOR_MS;
      if (!isOld && !this.socket.tell(this.messageOf(first.signal))) return;
      this.waiting.shift();
    }
  };

  private messageOf({ to, description = null, candidate = null, number = 0, ask }: Outgoing): Signal {
    return {
      action: "signal",
      call: this.call,
      from: this.connection,
      to,
      description: description && { type: description.type, sdp: description.sdp },
      candidate: candidate?.toJSON() ?? null,
      number,
      ask: ask ?? null,
    };
  }
}

function incomingOf(event: LiveEvent): Incoming {
  const { from_connection: from, description, candidate, streams, number, fresh, failure } = event.data;
  return {
    from: String(from),
    description: (description as RTCSessionDescriptionInit | null | undefined) ?? null,
    candidate: (candidate as RTCIceCandidateInit | null | undefined) ?? null,
    streams: (streams as StreamFacts[] | undefined) ?? [],
    number: Number(number ?? 0),
    fresh: fresh === true,
    failure: String(failure ?? ""),
  };
}
