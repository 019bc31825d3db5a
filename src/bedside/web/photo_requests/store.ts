/**
 * Photos that were chosen and are not at the server yet, and what was agreed to without a network,
 * kept in IndexedDB: they survive a reload, a killed browser and a phone that ran out of memory.
 * Where there is no IndexedDB, or no room, they are kept in memory, and `durable` says so.
 */
import { Shelf } from "../uploading/shelf";

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

export class PhotoStore {
  durable = true;
  private readonly photos = new Shelf<Kept>({
    database: "bedside-photos",
    store: "photos",
    key: "id",
    index: "request",
  });
  private readonly agreements = new Shelf<Agreement>({
    database: "bedside-agreements",
    store: "agreements",
    key: "request",
  });
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
      await this.photos.put(photo);
      this.memory.delete(photo.id);
    } catch {
      this.durable = false;
      this.memory.set(photo.id, photo);
    }
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    try {
      await this.photos.remove(id);
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
      await this.agreements.put(agreement);
    } catch {
      this.durable = false;
      this.remembered = agreement;
    }
  }

  async forgetAgreement(): Promise<void> {
    this.remembered = null;
    try {
      await this.agreements.remove(this.request);
    } catch {
      this.durable = false;
    }
  }
}

/** What the server calls a photo that is still on this phone. */
export function nameOf(photo: Kept): string {
  return photo.uploadUrl && !photo.named ? photo.fileId : photo.id;
}
