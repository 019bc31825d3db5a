/**
 * Uploads into one chart by tus: three in parallel, resumed after a lost network, a reload or a
 * killed browser. This holds the uploads in progress; upload_rows.ts shows them.
 */

import { forget, type KeptFile, keep, kept } from "./kept_files";
import { isReadable } from "./readable";
import { discard, type Stop, TusUpload } from "./tus";

export type UploadState = "waiting" | "sending" | "paused" | "lost" | "failed" | "refused" | "done";

export interface Item {
  readonly kept: KeptFile;
  /** False if the browser had no room to keep the file: then the page must stay open. */
  survives: boolean;
  state: UploadState;
  /** Bytes that the server has. */
  sent: number;
  /** The server's message about it. */
  sentence: string;
  signedOut: boolean;
  sending: TusUpload | null;
}

export type Refusal = "tooLarge" | "empty" | "unreadable";

const AT_ONCE = 3;
const RETRY_DELAYS_MS = [0, 1_000, 3_000, 5_000, 10_000];
const TRY_AGAIN_MS = 15_000;
const UNFINISHED: readonly UploadState[] = ["waiting", "sending", "paused", "lost", "failed"];

function isUnfinished(item: Item): boolean {
  return UNFINISHED.includes(item.state);
}

export class Uploads {
  readonly items: Item[] = [];
  private timer = 0;

  constructor(
    private readonly base: string,
    private readonly owner: string,
    private readonly patient: string,
    private readonly limit: number,
    private readonly changed: (item: Item) => void,
  ) {
    window.addEventListener("online", () => this.goOn());
    window.addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => isUnfinished(item) && !item.survives)) event.preventDefault();
    });
  }

  get unfinished(): Item[] {
    return this.items.filter(isUnfinished);
  }

  /** Resumes what was chosen before the page was left; returns the number of uploads. */
  async resume(): Promise<number> {
    const found = await kept(this.owner, this.patient);
    for (const one of found) this.enter(one, true);
    this.next();
    return found.length;
  }

  /** Takes a chosen file; returns what is wrong with it, if anything. */
  async add(file: File, category: string): Promise<Refusal | null> {
    if (file.size > this.limit) return "tooLarge";
    if (file.size === 0) return "empty";
    if (!(await isReadable(file))) return "unreadable";
    const one: KeptFile = {
      id: crypto.randomUUID(),
      owner: this.owner,
      patient: this.patient,
      name: file.name,
      category,
      file,
      address: "",
      keptAt: Date.now(),
    };
    this.enter(one, await keep(one));
    this.next();
    return null;
  }

  pause(item: Item): void {
    void item.sending?.abort();
    this.settle(item, "paused");
  }

  /** Resumes an upload that was paused or stopped. */
  again(item: Item): void {
    this.settle(item, "waiting");
  }

  async cancel(item: Item): Promise<void> {
    const wasOnItsWay = isUnfinished(item);
    this.items.splice(this.items.indexOf(item), 1);
    await item.sending?.abort();
    await forget(item.kept.id);
    if (wasOnItsWay && item.kept.address) await discard(item.kept.address, RETRY_DELAYS_MS);
    this.next();
  }

  private enter(one: KeptFile, survives: boolean): void {
    const item: Item = {
      kept: one,
      survives,
      state: "waiting",
      sent: 0,
      sentence: "",
      signedOut: false,
      sending: null,
    };
    this.items.push(item);
    this.changed(item);
  }

  private settle(item: Item, state: UploadState): void {
    item.state = state;
    if (state !== "sending") item.sending = null;
    this.changed(item);
    this.next();
  }

  private next(): void {
    const free = AT_ONCE - this.items.filter((item) => item.state === "sending").length;
    for (const item of this.items.filter((one) => one.state === "waiting").slice(0, Math.max(0, free)))
      void this.send(item);
  }

  /** One page at a time sends a file, however many show the chart. */
  private async send(item: Item): Promise<void> {
    item.state = "sending";
    item.sentence = "";
    item.signedOut = false;
    this.changed(item);
    if (!navigator.locks) return this.transfer(item);
    await navigator.locks.request(`bedside-upload-${item.kept.id}`, () =>
      item.state === "sending" ? this.transfer(item) : undefined,
    );
  }

  private transfer(item: Item): Promise<void> {
    const { kept: one } = item;
    const sending = {
      endpoint: `${this.base}/uploads`,
      address: one.address,
      metadata: { filename: one.name, category: one.category, photo: one.id },
      retryDelays: RETRY_DELAYS_MS,
    };
    const upload = new TusUpload(one.file, sending, {
      addressed: (address) => {
        one.address = address;
        if (item.survives && isUnfinished(item)) void keep(one);
      },
      moved: (sent) => {
        item.sent = sent;
        if (item.state === "sending") this.changed(item);
      },
      arrived: () => {
        item.sent = one.file.size;
        void forget(one.id);
        this.settle(item, "done");
      },
      stopped: (why) => this.stopped(item, why),
    });
    item.sending = upload;
    upload.start();
    return upload.over;
  }

  private stopped(item: Item, { status, sentence, isFinal }: Stop): void {
    item.sentence = sentence;
    item.signedOut = status === 401;
    if (isFinal && !item.signedOut) {
      void forget(item.kept.id);
      this.settle(item, "refused");
      return;
    }
    this.settle(item, status === 0 ? "lost" : "failed");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.goOn(), TRY_AGAIN_MS);
  }

  private goOn(): void {
    for (const item of this.items.filter((one) => one.state === "lost" || one.state === "failed")) this.again(item);
  }
}
