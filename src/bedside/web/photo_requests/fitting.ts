/** Making photos fit the clinic's limits, if they do not by themselves. */
import { captureTime } from "./capture_time";
import { madeSmaller } from "./picture";
import type { Kept } from "./store";

/**
 * Shrinks photos that have not begun to upload, the largest first, until all fit into `left` bytes.
 * Returns those that still do not fit. Photos that fit are not touched.
 */
export async function fit(waiting: Kept[], left: number, changed: (photo: Kept) => Promise<void>): Promise<Kept[]> {
  const total = (): number => waiting.reduce((sum, photo) => sum + photo.photo.size, 0);
  if (total() <= left) return [];
  for (const photo of [...waiting].sort((one, other) => other.photo.size - one.photo.size)) {
    if (total() <= left) break;
    const share = fairShare(waiting, left);
    if (photo.photo.size <= share) continue;
    const taken = photo.takenAt || (await captureTime(photo.photo));
    const smaller = await madeSmaller(photo.photo, share);
    if (!smaller || smaller.size >= photo.photo.size) continue;
    photo.photo = smaller;
    photo.takenAt = taken;
    photo.name = `${photo.name.replace(/\.\w+$/, "")}.jpg`;
    photo.type = smaller.type;
    await changed(photo);
  }
  const tooMany: Kept[] = [];
  const kept = [...waiting];
  while (kept.length && kept.reduce((sum, photo) => sum + photo.photo.size, 0) > left) tooMany.push(kept.pop()!);
  return tooMany;
}

/** The size at which all would fit, if photos that are smaller stay as they are. */
export function fairShare(photos: Kept[], left: number): number {
  const sizes = photos.map((photo) => photo.photo.size).sort((one, other) => one - other);
  let rest = left;
  for (const [index, size] of sizes.entries()) {
    const share = rest / (sizes.length - index);
    if (size > share) return Math.floor(share);
    rest -= size;
  }
  return left;
}
