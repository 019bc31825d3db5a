/**
 * The model that tells a person from the room. It runs WebAssembly, which the content policy of
 * Bedside's pages does not allow, so it lives in a hidden frame: a page of its own, the only one
 * that may (web/calls/blur.py). Pictures go into that frame by reference, and never to a server.
 */

const PAGE = "/blur";
/** Two megabytes, on a weak network. */
const LOADED_WITHIN_MS = 30_000;

/** What the page in the frame offers. */
export interface Segmenter {
  /** The person in a picture: opaque where they are. Whoever has drawn it gives it to `discard`. */
  personIn(picture: HTMLCanvasElement): Promise<CanvasImageSource>;
  /** Calls `tick` at intervals that browsers keep while the page is not shown, until stopped. */
  every(milliseconds: number, tick: () => void): () => void;
}

/** The frame's window. */
export interface SegmenterWindow extends Window {
  bedsideSegmenter?: Promise<Segmenter>;
}

/** Frees a picture at once, and not some time later: there are twenty a second. */
export function discard(picture: CanvasImageSource): void {
  if ("close" in picture && typeof picture.close === "function") picture.close();
}

/** A segmenter in its frame; `close` takes both away. */
export class FramedSegmenter {
  private readonly frame = document.createElement("iframe");
  readonly ready: Promise<Segmenter>;

  constructor() {
    this.frame.hidden = true;
    this.frame.title = "";
    this.frame.src = PAGE;
    this.ready = within(LOADED_WITHIN_MS, this.load());
    this.ready.catch(() => undefined); // whoever waits for it learns of it
    document.body.append(this.frame);
  }

  close(): void {
    this.frame.remove();
  }

  private async load(): Promise<Segmenter> {
    await new Promise((resolve) => this.frame.addEventListener("load", resolve, { once: true }));
    const offered = (this.frame.contentWindow as SegmenterWindow | null)?.bedsideSegmenter;
    if (!offered) throw new Error(`${PAGE} did not load`);
    return offered;
  }
}

/** The result, or a rejection if there is none in time. */
export async function within<Result>(milliseconds: number, result: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
