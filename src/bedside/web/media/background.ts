/**
 * Whether somebody wants the room behind them blurred, and what this device has for it: some
 * cameras do it themselves and say so in the capabilities of the track; elsewhere a model that
 * ships with Bedside does (see blurring.ts). Off until asked for.
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

/** The smallest module with an instruction of 128 bits: browsers that refuse it would be too slow. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** Whether the camera can do both: some cannot, others are told by the system to always blur. */
export function canBlur(camera: Camera | null): boolean {
  const offered = (camera?.getCapabilities?.() as Blurring | undefined)?.backgroundBlur;
  return Array.isArray(offered) && offered.includes(true) && offered.includes(false);
}

/** Whether this browser has what the model needs. */
export function canRunModel(): boolean {
  return (
    typeof HTMLCanvasElement !== "undefined" &&
    "captureStream" in HTMLCanvasElement.prototype &&
    typeof WebAssembly === "object" &&
    WebAssembly.validate(SIMD)
  );
}

/** Whether a camera looks away from the person: nobody turns it to show themselves. */
export function looksAway(camera: Pick<MediaStreamTrack, "getSettings">): boolean {
  return camera.getSettings().facingMode === "environment";
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
