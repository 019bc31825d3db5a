/**
 * Chosen photos that are not at the server yet, and agreements made offline, stored in IndexedDB:
 * they survive a reload, a killed browser and a phone that ran out of memory. Without IndexedDB, or
 * room in it, they are kept in memory, and `lacks` says so.
 */
import { Shelf } from "../uploading/shelf";
import { AGREEMENTS, PHOTOS } from "./shelves";

/** Bytes of free room below which the phone is full: one or two photos of a good camera. */
const LEAST_ROOM = 10_000_000;

export type Warning = "" | "dark" | "blurred";

export interface Kept {
  /** Also the server's name for the photo, from before it has an id there. */
  id: string;
  request: string;
  name: string;
  type: string;
  photo: Blob;
  /** Milliseconds since the epoch; 0 if the photo does not say. */
  takenAt: number;
  comment: string;
  /** The comment sent with the announcement of the upload. */
  sentComment: string;
  order: number;
  /** Address of the upload at the server, and the file's id there; "" until it has begun. */
  uploadUrl: string;
  fileId: string;
  /** Whether the upload was announced by `id`. Pages of earlier versions did not. */
  named?: boolean;
  warning: Warning;
  /** A sentence if it cannot be uploaded. */
  problem: string;
}

/** “Agree & send photos” was pressed, and the server has not acknowledged it. */
export interface Agreement {
  request: string;
  /** The number of the link: what was agreed to by an older one is agreed to again. */
  round: number;
  /** The server's names for the photos that the page showed. */
  photos: string[];
  /** Comments by the names of their photos. */
  comments: Record<string, string>;
}

/** Why a browser keeps nothing beyond the page: there is no room, or it never does. */
export type Lack = "" | "room" | "storage";

export class PhotoStore {
  lacks: Lack = "";
  private readonly photos = new Shelf<Kept>(PHOTOS);
  private readonly agreements = new Shelf<Agreement>(AGREEMENTS);
  private readonly memory = new Map<string, Kept>();
  private remembered: Agreement | null = null;

  constructor(private readonly request: string) {}

  get durable(): boolean {
    return this.lacks === "";
  }

  private failed(error: unknown): void {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    if (this.durable) this.lacks = isFull ? "room" : "storage";
  }

  /** Photos of this request, in the order in which they were chosen. */
  async all(): Promise<Kept[]> {
    let stored: Kept[] = [];
    try {
      stored = await this.photos.where(this.request);
    } catch (error) {
      this.failed(error);
    }
    const kept = new Map([...stored.map((photo) => [photo.id, photo] as const), ...this.memory]);
    return [...kept.values()].sort((one, other) => one.order - other.order);
  }

  /** A photo as it is stored now; null if another page of this phone has sent or deleted it. */
  async get(id: string): Promise<Kept | null> {
    const remembered = this.memory.get(id);
    if (remembered) return remembered;
    try {
      return (await this.photos.get(id)) ?? null;
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  /** Whether the phone has a copy of this photo that outlives the page. */
  async isStored(id: string): Promise<boolean> {
    return !this.memory.has(id) && (await this.get(id)) !== null;
  }

  /** Why the phone would not keep the next photo, as far as it says. */
  async lacksNow(): Promise<Lack> {
    if (!this.durable) return this.lacks;
    const { quota, usage } = await (navigator.storage?.estimate() ?? Promise.resolve({})).catch(() => ({}) as never);
    return quota === undefined || quota - (usage ?? 0) > LEAST_ROOM ? "" : "room";
  }

  /** Stores a photo; resolves once it would survive the page. */
  async put(photo: Kept): Promise<void> {
    try {
      await this.photos.put(photo);
      this.memory.delete(photo.id);
    } catch (error) {
      this.failed(error);
      this.memory.set(photo.id, photo);
    }
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    try {
      await this.photos.remove(id);
    } catch (error) {
      this.failed(error);
    }
  }

  /** What was agreed to on this phone, and not sent to the server yet. */
  async agreement(): Promise<Agreement | null> {
    if (this.remembered) return this.remembered;
    try {
      return (await this.agreements.get(this.request)) ?? null;
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  /** Stores an agreement; resolves once it would survive the page. */
  async keepAgreement(agreement: Agreement): Promise<void> {
    try {
      await this.agreements.put(agreement);
    } catch (error) {
      this.failed(error);
      this.remembered = agreement;
    }
  }

  async forgetAgreement(): Promise<void> {
    this.remembered = null;
    try {
      await this.agreements.remove(this.request);
    } catch (error) {
      this.failed(error);
    }
  }
}

/** The server's name for a photo that is still on this phone. */
export function nameOf(photo: Kept): string {
  return photo.uploadUrl && !photo.named ? photo.fileId : photo.id;
}
