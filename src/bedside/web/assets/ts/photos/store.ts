/**
 * Photos that were chosen and are not at the server yet, kept in IndexedDB: they survive a reload,
 * a killed browser and a phone that ran out of memory. Where there is no IndexedDB, or no room, they
 * are kept in memory, and `durable` says so.
 */
export type Warning = "" | "dark" | "blurred";

export interface Kept {
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
  warning: Warning;
  /** A sentence when it cannot be uploaded. */
  problem: string;
}

const DATABASE = "bedside-photos";
const PHOTOS = "photos";

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PHOTOS, { keyPath: "id" }).createIndex("request", "request");
  };
  return finished(request);
}

export class PhotoStore {
  durable = true;
  private readonly memory = new Map<string, Kept>();
  private database: Promise<IDBDatabase> | null = null;

  constructor(private readonly request: string) {}

  /** Photos of this request, in the order in which they were chosen. */
  async all(): Promise<Kept[]> {
    let stored: Kept[] = [];
    try {
      const index = (await this.photos("readonly")).index("request");
      stored = (await finished(index.getAll(this.request))) as Kept[];
    } catch {
      this.durable = false;
    }
    const kept = new Map([...stored.map((photo) => [photo.id, photo] as const), ...this.memory]);
    return [...kept.values()].sort((one, other) => one.order - other.order);
  }

  /** Keep a photo; resolves when it would survive the page. */
  async put(photo: Kept): Promise<void> {
    try {
      await this.committed((photos) => photos.put(photo));
      this.memory.delete(photo.id);
    } catch {
      this.durable = false;
      this.memory.set(photo.id, photo);
    }
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    try {
      await this.committed((photos) => photos.delete(id));
    } catch {
      this.durable = false;
    }
  }

  /** Forget every photo of this request: it is done. */
  async clear(): Promise<void> {
    for (const photo of await this.all()) await this.remove(photo.id);
  }

  private async photos(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.database ??= open();
    return (await this.database).transaction(PHOTOS, mode).objectStore(PHOTOS);
  }

  private async committed(change: (photos: IDBObjectStore) => IDBRequest): Promise<void> {
    const photos = await this.photos("readwrite");
    const done = new Promise<void>((resolve, reject) => {
      photos.transaction.oncomplete = () => resolve();
      photos.transaction.onabort = () => reject(photos.transaction.error ?? new Error("IndexedDB"));
    });
    change(photos);
    await done;
  }
}
