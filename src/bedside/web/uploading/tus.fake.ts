/** For tests: the other end of an upload, and the way to it. */

export const HERE = "http://clinic.example/uploads";

/** What the server does to the next request in place of its work. */
type Fault =
  | { after: number } // takes so many bytes, then the network is gone
  | { status: number; body?: string };

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** As much of a tus server as the client asks of one. A fault is for the request that comes next. */
export class Server {
  readonly asked: string[] = [];
  readonly faults: (Fault | null)[] = [];
  metadata = "";
  private readonly uploads = new Map<string, { size: string; bytes: string }>();
  private gate: Promise<void> | null = null;
  private openGate: () => void = () => undefined;

  /** What has arrived, by upload. */
  get arrived(): string[] {
    return [...this.uploads.values()].map(({ bytes }) => bytes);
  }

  /** Answers nothing until `release`. */
  hold(): void {
    this.gate = new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  release(): void {
    this.gate = null;
    this.openGate();
  }

  /** Null is a network that is gone. */
  async answer(
    method: string,
    address: string,
    headers: Record<string, string>,
    body: Blob | null,
  ): Promise<Answer | null> {
    this.asked.push(method);
    await this.gate;
    const fault = this.faults.shift();
    if (fault && "status" in fault) return fault;
    if (method === "POST") return this.create(headers);
    if (method === "DELETE") return { status: this.uploads.delete(address) ? 204 : 404 };
    const upload = this.uploads.get(address);
    if (!upload) return { status: 404 };
    const offset = String(upload.bytes.length);
    if (method === "HEAD") return { status: 200, headers: { "upload-offset": offset, "upload-length": upload.size } };
    if (headers["upload-offset"] !== offset) return { status: 409 };
    const sent = (await body?.text()) ?? "";
    upload.bytes += fault ? sent.slice(0, fault.after) : sent;
    return fault ? null : { status: 204, headers: { "upload-offset": String(upload.bytes.length) } };
  }

  private create(headers: Record<string, string>): Answer {
    this.metadata = headers["upload-metadata"] ?? "";
    const number = this.uploads.size + 1;
    const location = `${HERE}/upl_${number}`;
    this.uploads.set(location, { size: headers["upload-length"] ?? "", bytes: "" });
    return { status: 201, headers: { location, "bedside-file": `fil_${number}` } };
  }
}

let server: Server;

/** A new server, which answers from now on. */
export function served(): Server {
  server = new Server();
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true, writable: true });
  Object.assign(globalThis, { XMLHttpRequest: Request });
  return server;
}

/** What the client library asks of a browser's XMLHttpRequest. */
class Request {
  readonly upload: { onprogress: ((event: object) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  status = 0;
  responseText = "";
  private method = "";
  private address = "";
  private readonly sent: Record<string, string> = {};
  private got: Record<string, string> = {};
  private isAborted = false;

  open(method: string, address: string): void {
    this.method = method;
    this.address = address;
  }

  setRequestHeader(name: string, value: string): void {
    this.sent[name.toLowerCase()] = value;
  }

  getResponseHeader(name: string): string | null {
    return this.got[name.toLowerCase()] ?? null;
  }

  abort(): void {
    this.isAborted = true;
  }

  send(body: Blob | null): void {
    setTimeout(() => void this.run(body));
  }

  private async run(body: Blob | null): Promise<void> {
    if (this.isAborted) return;
    const answer = await server.answer(this.method, this.address, this.sent, body);
    if (this.isAborted) return;
    if (!answer) {
      this.onerror?.({});
      return;
    }
    this.upload.onprogress?.({ lengthComputable: true, loaded: body?.size ?? 0 });
    this.status = answer.status;
    this.responseText = answer.body ?? "";
    this.got = answer.headers ?? {};
    this.onload?.();
  }
}
