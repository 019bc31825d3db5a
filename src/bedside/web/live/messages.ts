/**
 * Message types of the live socket: bedside/realtime/envelopes.py has the same. Anything else that
 * arrives is dropped.
 */
export interface Subscribe {
  action: "subscribe";
  topic: string;
  /** The last version that this page has; 0 for none. */
  since: number;
}

export interface Unsubscribe {
  action: "unsubscribe";
  topic: string;
}

/** Whether this page is visible: a hidden one keeps its place, and those who wait for it know. */
export interface Here {
  action: "here";
  hidden: boolean;
}

/** Somebody writes about a topic that this page follows, or has just stopped. */
export interface Typing {
  action: "typing";
  topic: string;
  on: boolean;
}

/** Whether the connection still passes anything on; the answer is dropped like anything unknown. */
export interface Ping {
  action: "ping";
}

/** Something another browser of a call needs to connect to this one. */
export interface Signal {
  action: "signal";
  call: string;
  from: string;
  to: string;
  description: { type: RTCSdpType; sdp: string } | null;
  candidate: RTCIceCandidateInit | null;
  /**
   * The answered offer of the media server; with an offer to it, 0 for the first of a connection.
   */
  number: number;
  /** For the media server: to send everybody else's pictures, or to restart ICE of them. */
  ask: "watch" | "restart_ice" | null;
}

/** The state of a microphone, whether its person is muted or not. */
export type Microphone = "ok" | "interrupted" | "blocked" | "missing";

/** The media that this page of a call currently sends. */
export interface Media {
  action: "media";
  call: string;
  from: string;
  muted: boolean;
  camera: boolean;
  sharing: boolean;
  microphone: Microphone;
}

export type FromPage = Subscribe | Unsubscribe | Here | Typing | Ping | Signal | Media;

export type Data = Readonly<Record<string, unknown>>;

/** The whole state of a topic: for a page that is new, or that has missed something. */
export interface Snapshot {
  kind: "snapshot";
  topic: string;
  version: number;
  data: Data;
}

/** One event, e.g. type “chart.entry_added”. */
export interface LiveEvent {
  kind: "event";
  topic: string;
  version: number;
  type: string;
  data: Data;
}

/** Something that is over in seconds, e.g. type “typing”: it is not counted. */
export interface Passing {
  kind: "passing";
  topic: string;
  type: string;
  data: Data;
}

/** An event this person may not see; it only keeps the count. */
export interface Elsewhere {
  kind: "elsewhere";
  topic: string;
  version: number;
}

/** This page may not follow this topic. */
export interface Refused {
  kind: "refused";
  topic: string;
}

export type ToPage = Snapshot | LiveEvent | Passing | Elsewhere | Refused;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a message; null if it is none. */
export function messageOf(text: string): ToPage | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(said)) return null;
  const { topic, version, type, data } = said;
  if (typeof topic !== "string" || typeof version !== "number" || typeof type !== "string") return null;
  if (type === "refused") return { kind: "refused", topic };
  if (type === "elsewhere") return { kind: "elsewhere", topic, version };
  if (!isRecord(data)) return null;
  if (type === "snapshot") return { kind: "snapshot", topic, version, data };
  return version === 0 ? { kind: "passing", topic, type, data } : { kind: "event", topic, version, type, data };
}
