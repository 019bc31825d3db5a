/**
 * Files that were chosen and are not sent yet, kept in the browser (IndexedDB), so that a reload or
 * a killed browser loses none. They go when they are sent, when they are cancelled, when their owner
 * signs out, and after a day: as long as the server keeps an unfinished upload.
 */
import { Shelf } from "./shelf";

const DAY_MS = 86_400_000;

export interface KeptFile {
  id: string;
  /** Who chose it: another person at the same computer neither sees nor sends it. */
  owner: string;
  patient: string;
  name: string;
  category: string;
  file: Blob;
  /** Where the server keeps what arrived; "" before the first byte. */
  address: string;
  keptAt: number;
}

const files = new Shelf<KeptFile>({ database: "bedside-uploads", store: "files", key: "id" });

/** Keeps a file, or what has changed about it; false where the browser has no room for it. */
export async function keep(file: KeptFile): Promise<boolean> {
  try {
    await files.put(file);
    return true;
  } catch {
    return false;
  }
}

export async function forget(id: string): Promise<void> {
  await files.remove(id).catch(() => undefined);
}

export async function forgetAll(): Promise<void> {
  await files.clear().catch(() => undefined);
}

/** What this person chose for this patient, oldest first; what is too old to go on is dropped. */
export async function kept(owner: string, patient: string): Promise<KeptFile[]> {
  let all: KeptFile[];
  try {
    all = await files.all();
  } catch {
    return [];
  }
  const tooOld = all.filter((one) => Date.now() - one.keptAt > DAY_MS);
  await Promise.all(tooOld.map((one) => forget(one.id)));
  return all
    .filter((one) => one.owner === owner && one.patient === patient && !tooOld.includes(one))
    .sort((one, other) => one.keptAt - other.keptAt);
}
