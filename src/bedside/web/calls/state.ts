/** The state of a call: the snapshot of `call:…` and the events that follow. */
import type { Data, LiveEvent, Microphone, Snapshot } from "../live/messages";

export type Kind = "staff" | "patient" | "guest";

export interface Participant {
  kind: Kind;
  /** “joined” has a connection; “asked” is admitted and not here yet; guests can be “knocking”. */
  state: string;
  connection_id: string;
  muted: boolean;
  camera: boolean;
  sharing: boolean;
  /** Why nothing is heard of somebody who may not know it. */
  microphone: Microphone;
  /** Ids of the participants who have to agree before a newcomer (“agreeing”) comes in. */
  waits_for: string;
  /** The one who did not agree; "" if nobody refused. */
  refused_by: string;
}

export interface CallState {
  call_id: string;
  state: string;
  mode: string;
  topology: string;
  participants: Readonly<Record<string, Participant>>;
  apps: Readonly<Record<string, unknown>>;
}

/** The state after a message; null before the first snapshot. */
export function apply(now: CallState | null, heard: Snapshot | LiveEvent): CallState | null {
  if (heard.kind === "snapshot") return heard.data as unknown as CallState;
  return now && applyEvent(now, heard.type, heard.data);
}

/** Like bedside/calls/live.py `apply`. */
export function applyEvent(now: CallState, type: string, data: Data): CallState {
  if (type === "call.changed") return { ...now, ...data };
  if (type === "call.participant_changed") {
    const { call_id: _call, participant_id: id, ...facts } = data;
    return { ...now, participants: { ...now.participants, [String(id)]: facts as unknown as Participant } };
  }
  if (type === "call.app_changed") {
    const { call_id: _call, app, ...facts } = data;
    return { ...now, apps: { ...now.apps, [String(app)]: facts } };
  }
  return now;
}
