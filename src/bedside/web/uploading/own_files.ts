/**
 * What a patient has chosen to send to the clinic and the clinic does not have, in the one store of
 * kept files: one file a record, encrypted for the person who chose it. Whoever uses the phone next
 * cannot read it. It is deleted when the server has acknowledged it, or when its owner says so: there
 * is no day after which it goes by itself.
 */
import { Encryption } from "./encrypting";
import { FILES } from "./kept_files";
import { Shelf } from "./shelf";

/** Where the paper is in a photo of a page, and how it is shown. */
export interface PageOf {
  /** Its place among the pages. */
  order: number;
  /** Corners as parts of the width and height, from the top left on, clockwise. */
  corners: [number, number][];
  /** Whether it becomes clear black on white. */
  clear: boolean;
  /** The document that was made of it; "" as long as there is none. */
  document: string;
}

export interface OwnFile {
  id: string;
  /** Whose chart it is for. */
  patient: string;
  name: string;
  type: string;
  size: number;
  comment: string;
  category: string;
  /** "chosen" waits for “Send”; "refused" was not accepted, and stays until its owner has seen why. */
  state: "chosen" | "going" | "refused";
  /** Why it was not accepted. */
  sentence: string;
  /** Address of the upload at the server; "" before the first byte. */
  address: string;
  keptAt: number;
  /** Set for a photo of a page, which is not sent itself. */
  page: PageOf | null;
}

interface SealedFile {
  id: string;
  owner: string;
  isSealed: true;
  isPage: boolean;
  facts: Uint8Array<ArrayBuffer>;
  file: Blob;
}

const shelf = new Shelf<SealedFile>(FILES);

/** How many files a person has on this phone that were not sent, without opening any. */
export async function countOf(owner: string): Promise<number> {
  const all = await shelf.all().catch(() => []);
  return all.filter((one) => one.isSealed && one.owner === owner && !one.isPage).length + pagesAlone(all, owner);
}

/** The same, with what belongs to parts of the app that send by themselves: `owner/…`. */
export async function countOfAll(owner: string): Promise<number> {
  const all = await shelf.all().catch(() => []);
  const parts = new Set(all.map((one) => one.owner).filter((one) => one.startsWith(`${owner}/`)));
  const counts = await Promise.all([owner, ...parts].map(countOf));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Photographed pages count as one document. */
function pagesAlone(all: SealedFile[], owner: string): number {
  return all.some((one) => one.isSealed && one.owner === owner && one.isPage) ? 1 : 0;
}

/** Deletes everything that a person has on this phone. */
export async function forgetOwn(owner: string): Promise<void> {
  const all = await shelf.all().catch(() => []);
  const isTheirs = (one: SealedFile): boolean => one.owner === owner || one.owner.startsWith(`${owner}/`);
  for (const one of all) if (one.isSealed && isTheirs(one)) await shelf.remove(one.id).catch(() => undefined);
}

/** The files of the person who is signed in on this page. */
export class OwnFiles {
  private readonly encryption: Encryption;

  constructor(
    readonly owner: string,
    key: string,
  ) {
    this.encryption = new Encryption(key);
  }

  /** Keeps a file; false if the browser keeps nothing, or has no room. */
  async keep(one: OwnFile, file: Blob): Promise<boolean> {
    try {
      const sealed = await this.encryption.sealedFile(file, `${this.owner}/${one.id}`);
      await shelf.put({ ...(await this.record(one)), file: sealed });
      return true;
    } catch {
      return false;
    }
  }

  /** Keeps what has changed about a file that is kept; false if it is not. */
  async change(one: OwnFile): Promise<boolean> {
    try {
      const before = await shelf.get(one.id);
      if (before?.owner !== this.owner) return false;
      await shelf.put({ ...(await this.record(one)), file: before.file });
      return true;
    } catch {
      return false;
    }
  }

  /** What is kept, oldest first. */
  async all(): Promise<OwnFile[]> {
    const all = await shelf.all().catch(() => []);
    const mine = all.filter((one) => one.isSealed && one.owner === this.owner);
    const opened = await Promise.all(mine.map((one) => this.facts(one)));
    return opened.filter((one) => one !== null).sort((one, other) => one.keptAt - other.keptAt);
  }

  async one(id: string): Promise<OwnFile | null> {
    const found = await shelf.get(id).catch(() => undefined);
    return found?.isSealed && found.owner === this.owner ? this.facts(found) : null;
  }

  /** The file itself; null if it is not here, or not this person's. */
  async content(one: OwnFile): Promise<Blob | null> {
    try {
      const found = await shelf.get(one.id);
      if (found?.owner !== this.owner) return null;
      return await this.encryption.openedFile(found.file, `${this.owner}/${one.id}`, one.type);
    } catch {
      return null;
    }
  }

  async remove(id: string): Promise<void> {
    await shelf.remove(id).catch(() => undefined);
  }

  private async record(one: OwnFile): Promise<Omit<SealedFile, "file">> {
    const plain = new TextEncoder().encode(JSON.stringify(one));
    const facts = await this.encryption.sealed(plain, `${this.owner}/${one.id}/facts`);
    return { id: one.id, owner: this.owner, isSealed: true, isPage: one.page !== null, facts };
  }

  private async facts(found: SealedFile): Promise<OwnFile | null> {
    try {
      const plain = await this.encryption.opened(found.facts, `${this.owner}/${found.id}/facts`);
      return JSON.parse(new TextDecoder().decode(plain)) as OwnFile;
    } catch {
      return null; // the clinic's keys were changed since
    }
  }
}
