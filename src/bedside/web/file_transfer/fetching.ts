/**
 * Fetches a file that was accepted. After a lost network it resumes from the last byte received
 * (RFC 9110, 14.2), and the browser saves it once it is complete.
 */
import { sentenceOf } from "../components/answers";

const AGAIN_MS = 1_500;
const KEPT_MS = 60_000;

export class Fetching {
  private readonly parts: BlobPart[] = [];
  private position = 0;
  private size = 0;
  private etag = "";

  /** `moved` is called with the part of the file received, from 0 to 1. */
  constructor(
    private readonly address: string,
    private readonly name: string,
    private readonly moved: (part: number) => void,
  ) {}

  /** Resolves once the browser has the file, or with the server's objection. */
  async run(): Promise<string> {
    for (;;) {
      try {
        const answer = await fetch(this.address, { headers: this.headers() });
        if (answer.status >= 400 && answer.status < 500) return await sentenceOf(answer);
        if (answer.ok && answer.body && (await this.take(answer, answer.body))) break;
      } catch {
        // The network is gone; what has arrived is kept.
      }
      await networkBack();
    }
    this.save();
    return "";
  }

  private headers(): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    return this.position > 0 ? { ...headers, Range: `bytes=${this.position}-`, "If-Range": this.etag } : headers;
  }

  private async take(answer: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<boolean> {
    if (answer.status !== 206) {
      this.parts.length = 0;
      this.position = 0;
      this.size = Number(answer.headers.get("Content-Length") ?? 0);
      this.etag = answer.headers.get("ETag") ?? "";
    }
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return this.position >= this.size;
      this.parts.push(value);
      this.position += value.length;
      if (this.size > 0) this.moved(this.position / this.size);
    }
  }

  private save(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(this.parts));
    link.download = this.name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  }
}

function networkBack(): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(done, AGAIN_MS);
    function done(): void {
      window.clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
}
