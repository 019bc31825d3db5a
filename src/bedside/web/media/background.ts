/**
 * The blurred background that some devices offer for their camera: the browser says so in the
 * capabilities of the track. It is done before the picture reaches the page, and off until asked for.
 */
const KEPT = "bedside-blur";

/** What browsers know and TypeScript does not yet. */
interface Blurring {
  backgroundBlur?: boolean[];
}

export interface Camera {
  getCapabilities?: () => object;
  applyConstraints: (constraints: object) => Promise<void>;
}

/** Whether the camera can do both: some cannot, others are told by the system to always blur. */
export function canBlur(camera: Camera | null): boolean {
  const offered = (camera?.getCapabilities?.() as Blurring | undefined)?.backgroundBlur;
  return Array.isArray(offered) && offered.includes(true) && offered.includes(false);
}

export function wantsBlur(): boolean {
  return localStorage.getItem(KEPT) === "on";
}

/** Keeps the choice for every camera of this device. */
export function keepBlur(isWanted: boolean): void {
  if (isWanted) localStorage.setItem(KEPT, "on");
  else localStorage.removeItem(KEPT);
}

/** Blurs, or not; false if the device has changed its mind. */
export async function blur(camera: Camera | null, isWanted: boolean): Promise<boolean> {
  if (!camera || !canBlur(camera)) return false;
  try {
    await camera.applyConstraints({ backgroundBlur: isWanted });
    return true;
  } catch {
    return false;
  }
}
