/** The sign in somebody's tile: why nothing is heard or seen of them, as it truly is. */
import type { Participant } from "./state";

export type Sign = "" | "muted" | "interrupted" | "blocked" | "blocked-on-phone" | "missing" | "camera-off";

type Facts = Pick<Participant, "kind" | "microphone" | "muted" | "camera">;

/**
 * The sign of a person; the microphone comes first, because without it nothing can be arranged.
 * `showsCamera`: without a picture one would wonder.
 */
export function signOf(one: Facts, showsCamera: boolean): Sign {
  const microphone = one.microphone ?? "ok"; // pages and events of before do not have it
  if (microphone === "blocked") return one.kind === "patient" ? "blocked-on-phone" : "blocked";
  if (microphone !== "ok") return microphone;
  if (one.muted) return "muted";
  return showsCamera && !one.camera ? "camera-off" : "";
}
