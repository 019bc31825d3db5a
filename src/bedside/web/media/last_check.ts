/** The last check of one's own camera and microphone, kept on this device. */
const KEPT = "bedside-devices-checked";
const DAY_MS = 24 * 3_600_000;

export interface LastCheck {
  camera: boolean;
  microphone: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

export function keepCheck(check: LastCheck): void {
  localStorage.setItem(KEPT, JSON.stringify(check));
}

export function lastCheck(): LastCheck | null {
  return readCheck(localStorage.getItem(KEPT), Date.now());
}

/** Reads what was kept; null for anything else, and for what was checked more than a day ago. */
export function readCheck(kept: string | null, now: number): LastCheck | null {
  try {
    const found = JSON.parse(kept ?? "null") as Partial<LastCheck> | null;
    const { camera, microphone, at } = found ?? {};
    if (typeof camera !== "boolean" || typeof microphone !== "boolean" || typeof at !== "number") return null;
    return at <= now && now - at < DAY_MS ? { camera, microphone, at } : null;
  } catch {
    return null;
  }
}
