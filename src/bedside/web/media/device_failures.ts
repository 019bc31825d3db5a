/** Why a camera or microphone does not work, and what helps in this very browser. */
import { lackOf, surroundings } from "./browsers";

export type Failure = "denied" | "in_use" | "missing" | "insecure" | "unsupported" | "other";
export type DeviceKind = "audio" | "video";

/** Classifies what getUserMedia threw. */
export function failureOf(error: unknown): Failure {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotReadableError" || name === "AbortError") return "in_use";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return lackOf(surroundings()) || "other";
}

/** The browser, as far as its permission settings differ. */
export function browserOf(agent: string): "ios" | "android" | "firefox" | "safari" | "desktop" {
  if (/iPhone|iPad/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox/.test(agent)) return "firefox";
  return /Safari/.test(agent) && !/Chrom/.test(agent) ? "safari" : "desktop";
}
