/**
 * Files that staff, or a patient in a visit, have chosen and that are not sent yet, stored in the
 * browser (IndexedDB), so that a reload or a killed browser loses none. They are deleted when they are sent, when they are cancelled, when
 * their owner signs out, and after a day: as long as the server keeps an unfinished upload.
 */
import { Shelf, type ShelfForm } from "./shelf";

/** The one store of kept files. Those of the patient's app (own_files.ts) lie in it encrypted. */
export const FILES: ShelfForm = { database: "bedside-uploads", store: "files", key: "id" };

const DAY_MS = 86_400_000;

export interface KeptFile {
  id: string;
  /** Who chose it: another person at the same computer neither sees nor sends it. */
  owner: string;
  patient: string;
  name: string;
  category: string;
  file: Blob;
  /** Address of the upload at the server; "" before the first byte. */
  address: string;
  keptAt: number;
}

const files = new Shelf<KeptFile & { isSealed?: true }>(FILES);

/** Stores a file, or what has changed about it; false if the browser has no room for it. */
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
  for (const one of await plain()) await forget(one.id);
}

/** This person's files for this patient, oldest first; those too old to resume are dropped. */
export async function kept(owner: string, patient: string): Promise<KeptFile[]> {
  const all = await plain();
  const tooOld = all.filter((one) => Date.now() - one.keptAt > DAY_MS);
  await Promise.all(tooOld.map((one) => forget(one.id)));
  return all
    .filter((one) => one.owner === owner && one.patient === patient && !tooOld.includes(one))
    .sort((one, other) => one.keptAt - other.keptAt);
}

/** Those of this module; none if the browser keeps nothing. */
async function plain(): Promise<KeptFile[]> {
  const all = await files.all().catch(() => []);
  return all.filter((one) => !one.isSealed);
}
