/**
 * Sends the bytes of live file transfers (tus 1.0). More files than may go at once wait in line, and
 * go by themselves. Whatever happens, it resumes from the last byte
 * the server has: after a lost network and, if the browser can keep the file, after a reload of the
 * page.
 */
import { posted, refusalIn, sentenceOf } from "../components/answers";
import { newId } from "../components/ids";
import { liveSocket } from "../live/socket";
import { forget, type KeptFile, keep, kept } from "../uploading/kept_files";
import { type Stop, TusUpload } from "../uploading/tus";
import { type Outcome, WaitingLine } from "./waiting_line";

const RETRY_DELAYS_MS = [0, 500, 1_000, 2_000, 4_000];
const TRY_AGAIN_MS = 5_000;
const OWNER = "live-transfers";
/** Codes with which the server says that the transfer has ended meanwhile. */
const ENDED = "transfer_is_";

/** The server's code when as many files are in transfer as may be. */
const NO_PLACE = "too_many_transfers";

/** A refused file, and why, in the server's own words. */
export interface Refused {
  readonly name: string;
  readonly sentence: string;
}

interface Sending {
  readonly one: KeptFile;
  upload: TusUpload | null;
}

/** Senders of this page: a closed dialog does not stop what is in transfer. */
const senders = new Map<string, Sender>();

/** The sender of a visit; `changed` is called from now on when files are refused, wait, or go. */
export function senderOf(base: string, visit: string, changed: () => void): Sender {
  const sender = senders.get(base) ?? new Sender(base, visit);
  senders.set(base, sender);
  sender.changed = changed;
  return sender;
}

export class Sender {
  changed: () => void = () => undefined;
  /** What was refused since files were last chosen. */
  readonly refusals: Refused[] = [];
  private readonly sending = new Map<string, Sending>();
  private readonly line = new WaitingLine<File>(
    (file) => this.offer(file),
    () => this.lineChanged(),
  );
  private leave: (() => void) | null = null;
  private timer = 0;
  private again = 0;

  constructor(
    private readonly base: string,
    private readonly visit: string,
  ) {
    window.addEventListener("online", () => this.goOn());
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  /** Resumes what was in transfer when the page was left. */
  async resume(): Promise<void> {
    for (const one of await kept(OWNER, this.visit)) this.start(one);
  }

  /** Whether the page has to stay open. */
  get busy(): boolean {
    return this.sending.size > 0 || this.line.files.length > 0;
  }

  /** Files that were chosen and wait for a free place. */
  get waiting(): readonly File[] {
    return this.line.files;
  }

  /** Offers files one after the other; what finds no place goes when one gets free. */
  async offerAll(files: readonly File[]): Promise<void> {
    this.refusals.length = 0;
    await this.line.add(files);
  }

  /** A file that waits is not sent. */
  takeOut(file: File): void {
    this.line.drop(file);
  }

  /** Sends the file that another one's transfer asked for. Throws without a connection. */
  async answer(asked: string, file: File): Promise<void> {
    this.refusals.length = 0;
    const answer = await posted(`${this.base}/${asked}/answer`, fieldsOf(asked, file));
    if (answer.ok) this.begin(asked, file);
    else this.refuse(file.name, await sentenceOf(answer));
  }

  private async offer(file: File): Promise<Outcome> {
    const transfer = newId("trf");
    const answer = await posted(this.base, fieldsOf(transfer, file)).catch(() => null);
    if (!answer) return "offline";
    if (answer.ok) {
      this.begin(transfer, file);
      return "taken";
    }
    const { code, sentence } = refusalIn(await answer.text().catch(() => ""));
    if (code === NO_PLACE) return "full";
    this.refuse(file.name, sentence);
    return "refused";
  }

  private refuse(name: string, sentence: string): void {
    this.refusals.push({ name, sentence });
    this.changed();
  }

  /** While files wait, places that get free are noticed, whether the panel is open or not. */
  private lineChanged(): void {
    window.clearTimeout(this.again);
    if (this.line.files.length === 0) {
      this.leave?.();
      this.leave = null;
    } else {
      this.again = window.setTimeout(() => void this.line.advance(), TRY_AGAIN_MS);
      this.leave ??= liveSocket().subscribe(`transfers:${this.visit}`, (heard) => {
        if (heard.kind === "event" && heard.type === "transfer.changed") void this.line.advance();
      });
    }
    this.changed();
  }

  private begin(transfer: string, file: File): void {
    const one: KeptFile = {
      id: transfer,
      owner: OWNER,
      patient: this.visit,
      name: file.name,
      category: "",
      file,
      address: "",
      keptAt: Date.now(),
    };
    this.start(one);
    void keep(one);
  }

  /** The transfer is over: there is nothing left to send. */
  async drop(transfer: string): Promise<void> {
    const found = this.sending.get(transfer);
    this.sending.delete(transfer);
    await found?.upload?.abort();
    await forget(transfer);
  }

  private start(one: KeptFile): void {
    if (this.sending.has(one.id)) return;
    const sending: Sending = { one, upload: null };
    this.sending.set(one.id, sending);
    this.transfer(sending);
  }

  private transfer(sending: Sending): void {
    const { one } = sending;
    const how = {
      endpoint: `${this.base}/${one.id}/uploads`,
      address: one.address,
      metadata: { filename: one.name },
      retryDelays: RETRY_DELAYS_MS,
    };
    sending.upload = new TusUpload(one.file, how, {
      addressed: (address) => {
        one.address = address;
        void keep(one);
      },
      arrived: () => void this.drop(one.id),
      stopped: (why) => this.stopped(sending, why),
    });
    sending.upload.start();
  }

  private stopped(sending: Sending, { status, code, sentence, isFinal }: Stop): void {
    const { one } = sending;
    if (!this.sending.has(one.id)) return;
    sending.upload = null;
    const isEnded = code.startsWith(ENDED);
    if (isEnded || (isFinal && status !== 401)) {
      // The list already shows how a transfer ended.
      if (!isEnded) this.refuse(one.name, sentence);
      void this.drop(one.id);
      return;
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.goOn(), TRY_AGAIN_MS);
  }

  private goOn(): void {
    if (this.line.files.length > 0) void this.line.advance();
    for (const sending of this.sending.values()) if (!sending.upload) this.transfer(sending);
  }
}

function fieldsOf(transfer: string, file: File): Record<string, string> {
  return { transfer_id: transfer, name: file.name, media_type: file.type, size: String(file.size) };
}
