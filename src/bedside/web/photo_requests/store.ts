/**
 * Photos that were chosen and are not at the server yet, and what was agreed to without a network,
 * kept in IndexedDB: they survive a reload, a killed browser and a phone that ran out of memory.
 * Where there is no IndexedDB, or no room, they are kept in memory, and `durable` says so.
 */
export type Warning = "" | "dark" | "blurred";

export interface Kept {
  /** Also what the server calls the photo, from before it has an id there. */
  id: string;
  request: string;
  name: string;
  type: string;
  photo: Blob;
  /** Milliseconds since the epoch; 0 when the photo does not say. */
  takenAt: number;
  comment: string;
  /** The comment that went with the announcement of the upload. */
  sentComment: string;
  order: number;
  /** Address of the upload at the server, and the file's id there; "" until it has begun. */
  uploadUrl: string;
  fileId: string;
  /** Whether the upload was announced by `id`. Pages of earlier versions did not. */
  named?: boolean;
  warning: Warning;
  /** A sentence when it cannot be uploaded. */
  problem: string;
}

/** “Agree & send photos” was pressed, and the server has not heard it. */
export interface Agreement {
  request: string;
  /** Which link it was: what was agreed to by an older one is agreed to again. */
  round: number;
  /** What the server calls the photos that the page showed. */
  photos: string[];
  /** Comments by the names of their photos. */
  comments: Record<string, string>;
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });
}

/** One database with one object store: an older page that is still open never blocks a new one. */
class Shelf<T> {
  private database: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly databaseName: string,
    private readonly name: string,
    private readonly keyPath: string,
    private readonly index = "",
  ) {}

  async get(key: string): Promise<T | undefined> {
    return (await finished((await this.open("readonly")).get(key))) as T | undefined;
  }

  async where(value: string): Promise<T[]> {
    return (await finished((await this.open("readonly")).index(this.index).getAll(value))) as T[];
  }

  /** Resolves when the change would survive the page. */
  async change(change: (shelf: IDBObjectStore) => IDBRequest): Promise<void> {
    const shelf = await this.open("readwrite");
    const done = new Promise<void>((resolve, reject) => {
      shelf.transaction.oncomplete = () => resolve();
      shelf.transaction.onabort = () => reject(shelf.transaction.error ?? new Error("IndexedDB"));
    });
    change(shelf);
    await done;
  }

  private async open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.database ??= this.opened();
    return (await this.database).transaction(this.name, mode).objectStore(this.name);
  }

  private opened(): Promise<IDBDatabase> {
    const request = indexedDB.open(this.databaseName, 1);
    request.onupgradeneeded = () => {
      const shelf = request.result.createObjectStore(this.name, { keyPath: this.keyPath });
      if (this.index) shelf.createIndex(this.index, this.index);
    };
    return finished(request);
  }
}

export class PhotoStore {
  durable = true;
  private readonly photos = new Shelf<Kept>("bedside-photos", "photos", "id", "request");
  private readonly agreements = new Shelf<Agreement>("bedside-agreements", "agreements", "request");
  private readonly memory = new Map<string, Kept>();
  private remembered: Agreement | null = null;

  constructor(private readonly request: string) {}

  /** Photos of this request, in the order in which they were chosen. */
  async all(): Promise<Kept[]> {
    let stored: Kept[] = [];
    try {
      stored = await this.photos.where(this.request);
    } catch {
      this.durable = false;
    }
    const kept = new Map([...stored.map((photo) => [photo.id, photo] as const), ...this.memory]);
    return [...kept.values()].sort((one, other) => one.order - other.order);
  }

  /** A photo as it is kept now; null when another page of this phone has sent or deleted it. */
  async get(id: string): Promise<Kept | null> {
    const remembered = this.memory.get(id);
    if (remembered) return remembered;
    try {
      return (await this.photos.get(id)) ?? null;
    } catch {
      this.durable = false;
      return null;
    }
  }

  /** Keep a photo; resolves when it would survive the page. */
  async put(photo: Kept): Promise<void> {
    try {
      await this.photos.change((photos) => photos.put(photo));
      this.memory.delete(photo.id);
    } catch {
      this.durable = false;
      this.memory.set(photo.id, photo);
    }
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    try {
      await this.photos.change((photos) => photos.delete(id));
    } catch {
      this.durable = false;
    }
  }

  /** What was agreed to on this phone, and not said to the server yet. */
  async agreement(): Promise<Agreement | null> {
    if (this.remembered) return this.remembered;
    try {
      return (await this.agreements.get(this.request)) ?? null;
    } catch {
      this.durable = false;
      return null;
    }
  }

  /** Keep what was agreed to; resolves when it would survive the page. */
  async keepAgreement(agreement: Agreement): Promise<void> {
    try {
      await this.agreements.change((agreements) => agreements.put(agreement));
    } catch {
      this.durable = false;
      this.remembered = agreement;
    }
  }

  async forgetAgreement(): Promise<void> {
    this.remembered = null;
    try {
      await this.agreements.change((agreements) => agreements.delete(this.request));
    } catch {
      this.durable = false;
    }
  }
}

/** What the server calls a photo that is still on this phone. */
export function nameOf(photo: Kept): string {
  return photo.uploadUrl && !photo.named ? photo.fileId : photo.id;
}
