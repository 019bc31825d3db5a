/** What the others are told of a microphone, and what its person reads about the devices. */
import type { Microphone } from "../live/messages";
import type { DeviceKind, Failure } from "./device_failures";

export type Failures = Partial<Record<DeviceKind, Failure>>;

export interface DeviceState {
  track: boolean;
  /** The system holds the sound back: a telephone call, an assistant, another app. */
  interrupted: boolean;
  failure?: Failure | undefined;
}

const SEEN: Readonly<Record<Failure, Microphone>> = {
  denied: "blocked",
  insecure: "blocked",
  unsupported: "blocked",
  missing: "missing",
  in_use: "interrupted",
  other: "interrupted",
};

/** The state of a microphone for the others; one that was never opened is no trouble. */
export function microphoneOf({ track, interrupted, failure }: DeviceState): Microphone {
  if (interrupted) return "interrupted";
  if (track || !failure) return "ok";
  return SEEN[failure];
}

/** The texts of a notice, by their names in the catalogue. */
export interface Notice {
  /** The kinds of devices that it is about; each is in one notice only. */
  kinds: DeviceKind[];
  sentences: string[];
}

/**
 * The one notice about devices that failed; null if none did. Whether somebody can be heard is
 * stated once, and how to allow both is explained once.
 */
export function noticeOf(failures: Failures, isHeard: boolean): Notice | null {
  const { audio, video } = failures;
  if (!audio && !video) return null;
  const kinds: DeviceKind[] = [...(audio ? (["audio"] as const) : []), ...(video ? (["video"] as const) : [])];
  const whole = audio && audio === video;
  const sentences = whole
    ? [`both_${audio}`]
    : [...(audio ? [`audio_${audio}`] : []), ...(video ? [`video_${video}`] : [])];
  if (!audio && isHeard) sentences.push("you_are_heard");
  return { kinds, sentences };
}

/** Whether people have to be shown how to allow a device in their browser. */
export function isDenied({ audio, video }: Failures): boolean {
  return audio === "denied" || video === "denied";
}
