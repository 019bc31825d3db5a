/** Photos of pages: read small enough for an old phone, found and straightened in a worker. */

import { LOOKED_AT } from "./edges";
import { type Corners, type Picture, WHOLE } from "./geometry";
import type { JpegPage } from "./pdf";
import { type Answer, answered, type Question } from "./work";

/** Pixels of the longer side of a photo that is kept: more than a page of A4 has with 200 dots an inch. */
const KEPT = 2_600;
const KEPT_ON_OLD_PHONES = 2_000;
const OLD_PHONE_GIGABYTES = 2;
const PHOTO_QUALITY = 0.9;
const PAGE_QUALITY = 0.82;

export class NotAPicture extends Error {}

/** A photo as it is kept: upright, without location, and no larger than a page needs. Throws NotAPicture. */
export async function kept(photo: Blob): Promise<Blob> {
  const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  const drawn = await read(photo, memory <= OLD_PHONE_GIGABYTES ? KEPT_ON_OLD_PHONES : KEPT);
  return jpegOf(drawn.canvas, PHOTO_QUALITY);
}

/** The picture on a canvas whose longer side is at most so long. */
async function read(photo: Blob, longest: number): Promise<CanvasRenderingContext2D> {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) throw new NotAPicture();
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  if (!context) throw new NotAPicture();
  return context;
}

function pixelsOf(context: CanvasRenderingContext2D): Picture {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: data as Uint8ClampedArray<ArrayBuffer> };
}

async function jpegOf(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  canvas.width = canvas.height = 0; // phones of Apple keep the memory of a canvas otherwise
  if (!made) throw new NotAPicture();
  return made;
}

/** Finds and straightens pages; without a worker on the page itself. */
export class Pages {
  private worker: Worker | null;
  private readonly asked = new Map<number, { resolve: (answer: Answer) => void; reject: (why: Error) => void }>();
  private count = 0;

  constructor(script: string) {
    this.worker = "Worker" in globalThis ? new Worker(script, { type: "module" }) : null;
    this.worker?.addEventListener("message", ({ data }: MessageEvent<Answer & { id: number }>) => {
      this.asked.get(data.id)?.resolve(data);
      this.asked.delete(data.id);
    });
    this.worker?.addEventListener("error", () => this.broken());
  }

  /** What is asked next is done on the page itself. */
  private broken(): void {
    this.worker = null;
    for (const { reject } of this.asked.values()) reject(new NotAPicture());
    this.asked.clear();
  }

  /** Where the paper is in a photo; the whole photo if none stands out. */
  async find(photo: Blob): Promise<{ corners: Corners; isFound: boolean }> {
    const picture = pixelsOf(await read(photo, LOOKED_AT));
    const { corners } = await this.ask({ picture, corners: null, clear: false });
    return { corners: corners ?? WHOLE, isFound: corners !== null };
  }

  /** The page of a photo as a JPEG; `longest` for a small one to look at. */
  async straighten(photo: Blob, corners: Corners, clear: boolean, longest = KEPT): Promise<JpegPage> {
    const picture = pixelsOf(await read(photo, longest));
    const { picture: page } = await this.ask({ picture, corners, clear });
    if (!page) throw new NotAPicture();
    const canvas = document.createElement("canvas");
    const { width, height } = page;
    Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.putImageData(new ImageData(page.data, width, height), 0, 0);
    return { jpeg: await jpegOf(canvas, PAGE_QUALITY), width, height };
  }

  private ask(question: Question): Promise<Answer> {
    const { worker } = this;
    if (!worker) return Promise.resolve(answered(question));
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      worker.postMessage({ id, ...question }, [question.picture.data.buffer]);
    });
  }
}
