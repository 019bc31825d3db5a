/** Why a camera or microphone does not work, and what helps in this very browser. */
import { type CallPlace, say } from "../apps/place";

export type Failure = "denied" | "in_use" | "missing" | "insecure" | "other";
export type DeviceKind = "audio" | "video";

/** Classifies what getUserMedia threw. */
export function failureOf(error: unknown): Failure {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotReadableError" || name === "AbortError") return "in_use";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return navigator.mediaDevices === undefined ? "insecure" : "other";
}

/** The browser, as far as its permission settings differ. */
export function browserOf(agent: string): "ios" | "android" | "firefox" | "safari" | "desktop" {
  if (/iPhone|iPad/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox/.test(agent)) return "firefox";
  return /Safari/.test(agent) && !/Chrom/.test(agent) ? "safari" : "desktop";
}

/** What happened to a device and what to do, in the catalogue's texts. */
export function failureWords(place: CallPlace, kind: DeviceKind, failure: Failure): string {
  const happened = say(place, `${kind}_${failure}`);
  return failure === "denied" ? `${happened} ${say(place, `allow_${browserOf(navigator.userAgent)}`)}` : happened;
}
