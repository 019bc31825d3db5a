/**
 * Sends the bytes of live file transfers (tus 1.0). Whatever happens, it resumes from the last byte
 * the server has: after a lost network and, if the browser can keep the file, after a reload of the
 * page.
 */
import { posted, sentenceOf } from "../components/answers";
import { newId } from "../components/ids";
import { forget, type KeptFile, keep, kept } from "../uploading/kept_files";
import { type Stop, TusUpload } from "../uploading/tus";

const RETRY_DELAYS_MS = [0, 500, 1_000, 2_000, 4_000];
const TRY_AGAIN_MS = 5_000;
const OWNER = "live-transfers";
/** Codes with which the server says that the transfer has ended meanwhile. */
const ENDED = "transfer_is_";

/** A refusal in the server's own words. */
export type Refused = (name: string, sentence: string) => void;

interface Sending {
  readonly one: KeptFile;
  upload: TusUpload | null;
}

/** Senders of this page: a closed dialog does not stop what is in transfer. */
const senders = new Map<string, Sender>();

/** The sender of a visit; `refused` is called from now on with what the server refuses. */
export function senderOf(base: string, visit: string, refused: Refused): Sender {
  const sender = senders.get(base) ?? new Sender(base, visit);
  senders.set(base, sender);
  sender.refused = refused;
  return sender;
}

export class Sender {
  refused: Refused = () => undefined;
  private readonly sending = new Map<string, Sending>();
  private timer = 0;

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
    return this.sending.size > 0;
  }

  /**
   * Sends a chosen file; `asked` is the transfer that requested it, without it the file is offered
   * again. Returns false if the server does not want it.
   */
  async send(file: File, asked = ""): Promise<boolean> {
    const transfer = asked || newId("trf");
    const address = asked ? `${this.base}/${asked}/answer` : this.base;
    const fields = { transfer_id: transfer, name: file.name, media_type: file.type, size: String(file.size) };
    const answer = await posted(address, fields);
    if (!answer.ok) {
      this.refused(file.name, await sentenceOf(answer));
      return false;
    }
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
    return true;
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
      if (!isEnded) this.refused(one.name, sentence);
      void this.drop(one.id);
      return;
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.goOn(), TRY_AGAIN_MS);
  }

  private goOn(): void {
    for (const sending of this.sending.values()) if (!sending.upload) this.transfer(sending);
  }
}
