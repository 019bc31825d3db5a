/** What a device test has found so far: for the clinic, and for the button that goes on. */

export type Part = "camera" | "microphone" | "speaker" | "connection";
export type Result = "ok" | "failed" | "blocked" | "missing" | "skipped" | "not_set_up";
export type Found = Partial<Record<Part | "relay", Result>>;

export interface Listening {
  /** The microphone is open. */
  listens: boolean;
  /** Nothing at all has come from it, not even noise. */
  isSilent: boolean;
  /** The patient goes on: nothing more will be found. */
  isOver: boolean;
}

/** The results for the clinic; what is not known yet is “skipped”. */
export function foundSoFar(results: Found, { listens, isSilent, isOver }: Listening): Record<Part | "relay", Result> {
  const silent = isOver ? "failed" : "skipped";
  const heard = listens ? (isSilent ? silent : "ok") : "skipped";
  const { camera = "skipped", speaker = "skipped", connection = "skipped", relay = "skipped" } = results;
  return { camera, microphone: results.microphone ?? heard, speaker, connection, relay };
}

/** The name of the button that goes on: it covers what does not work, and nothing else. */
export function goOnName({ camera = "ok", microphone = "ok" }: Found): string {
  if (microphone !== "ok") return camera === "ok" ? "go_on_without_microphone" : "go_on_without_both";
  return camera === "ok" ? "go_on" : "go_on_without_camera";
}
