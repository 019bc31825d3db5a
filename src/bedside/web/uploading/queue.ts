/**
 * The queue of what a patient sends by themself: it says of each file where it is, sends it by tus
 * from where the server stands, and removes it from the phone only when the server has acknowledged
 * every byte as sealed and durable (the receipt). It goes on when a page of the app is opened, when
 * there is a network again, and when the page is looked at.
 */
import { type OwnFile, OwnFiles } from "./own_files";
import { discard, type Stop, TusUpload } from "./tus";

/** Where a file is: "sending" knows how far; "lost" waits for a network, "away" for its owner to sign in. */
export type Place = "chosen" | "waiting" | "sending" | "lost" | "away" | "failed" | "refused";

export interface Item {
  file: OwnFile;
  /** False if the browser had no room to keep it: then the page must stay open. */
  survives: boolean;
  place: Place;
  /** Bytes that the server has. */
  sent: number;
  /** The server's message about it. */
  sentence: string;
}

export interface Chosen {
  patient: string;
  name: string;
  comment?: string;
  category?: string;
  state?: OwnFile["state"];
  page?: OwnFile["page"];
}

/** Who follows the queue. */
export interface Follower {
  /** Something changed; the items tell what. */
  changed(): void;
  /** The server has it, and the phone does not any more. */
  arrived(item: Item): void;
}

const AT_ONCE = 2;
const RETRY_DELAYS_MS = [0, 1_000, 3_000, 5_000];
const AGAIN_MS = 15_000;
/** Answers that say no to the file itself; others are about the way to it, and pass. */
const REFUSALS = [413, 415, 422];

export class Queue {
  items: Item[] = [];
  private readonly store: OwnFiles;
  private readonly contents = new Map<string, Blob>();
  private readonly uploads = new Map<string, TusUpload>();
  private readonly others = "BroadcastChannel" in globalThis ? new BroadcastChannel("bedside-queue") : null;
  private timer = 0;

  constructor(
    private readonly owner: string,
    key: string,
    private readonly follower: Follower,
  ) {
    this.store = new OwnFiles(owner, key);
  }

  /** Finds what is on this phone, and goes on with it. */
  async start(): Promise<void> {
    await this.look();
    window.addEventListener("online", () => this.goOn());
    window.addEventListener("pageshow", () => this.goOn());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.look();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => !item.survives && item.place !== "refused")) event.preventDefault();
    });
    this.others?.addEventListener("message", () => void this.look());
  }

  /** Photos of pages, by document; they are never sent themselves. */
  pages(document: string): Item[] {
    const found = this.items.filter(({ file }) => file.page?.document === document);
    return found.sort((one, other) => (one.file.page?.order ?? 0) - (other.file.page?.order ?? 0));
  }

  /** Files that are sent, or may be: no pages. */
  get files(): Item[] {
    return this.items.filter(({ file }) => !file.page);
  }

  async add(content: Blob, chosen: Chosen): Promise<Item> {
    const file: OwnFile = {
      id: crypto.randomUUID(),
      type: content.type,
      size: content.size,
      comment: "",
      category: "other",
      state: "chosen",
      sentence: "",
      address: "",
      keptAt: Date.now(),
      page: null,
      ...chosen,
    };
    this.contents.set(file.id, content);
    const item: Item = { file, survives: false, place: placeOf(file), sent: 0, sentence: "" };
    item.survives = await this.store.keep(file, content);
    this.items.push(item);
    this.tell();
    this.next();
    return item;
  }

  /** The file itself; null if the browser has lost it. */
  async content(item: Item): Promise<Blob | null> {
    return this.contents.get(item.file.id) ?? this.store.content(item.file);
  }

  /** Puts the content of a file in place of the one before, such as a page that is taken again. */
  async replace(item: Item, content: Blob): Promise<void> {
    this.contents.set(item.file.id, content);
    Object.assign(item.file, { size: content.size, type: content.type });
    item.survives = await this.store.keep(item.file, content);
    this.tell();
  }

  async change(item: Item, change: Partial<OwnFile>): Promise<void> {
    Object.assign(item.file, change);
    if (item.survives) item.survives = await this.store.change(item.file);
    this.tell();
  }

  /** Sends what was chosen, with what is said about it. */
  async send(items: readonly Item[], comment: string, category: string): Promise<void> {
    for (const item of items) {
      await this.change(item, { comment, category, state: "going", sentence: "" });
      item.place = "waiting";
    }
    this.tell();
    this.next();
  }

  again(item: Item): void {
    item.place = "waiting";
    this.tell();
    this.next();
  }

  /** Takes a file off the phone, and what the server has of it, as long as that is not all. */
  async remove(item: Item): Promise<void> {
    const { id, address } = item.file;
    this.items = this.items.filter((other) => other !== item);
    await this.uploads.get(id)?.abort();
    await this.dropped(item);
    if (address && item.place !== "refused") await discard(address, RETRY_DELAYS_MS);
    this.next();
  }

  private async dropped(item: Item): Promise<void> {
    const { id } = item.file;
    this.items = this.items.filter((other) => other.file.id !== id);
    this.contents.delete(id);
    this.uploads.delete(id);
    await this.store.remove(id);
    this.tell();
    this.others?.postMessage("");
  }

  /** Compares with what is kept: another page may have chosen, sent or removed something. */
  private async look(): Promise<void> {
    const kept = new Map((await this.store.all()).map((file) => [file.id, file]));
    const known = new Set(this.items.map(({ file }) => file.id));
    this.items = this.items.filter(({ file, survives }) => !survives || kept.has(file.id));
    for (const item of this.items) {
      const now = kept.get(item.file.id);
      if (now && item.place === "chosen" && now.state !== "chosen")
        Object.assign(item, { file: now, place: placeOf(now) });
    }
    for (const file of kept.values()) {
      if (known.has(file.id)) continue;
      this.items.push({ file, survives: true, place: placeOf(file), sent: 0, sentence: file.sentence });
    }
    this.follower.changed();
    this.goOn();
  }

  private goOn(): void {
    window.clearTimeout(this.timer);
    for (const item of this.items) if (["lost", "failed", "away"].includes(item.place)) item.place = "waiting";
    this.next();
  }

  private next(): void {
    const going = this.items.filter(({ place }) => place === "sending").length;
    const waiting = this.items.filter(({ place }) => place === "waiting");
    for (const item of waiting.slice(0, Math.max(0, AT_ONCE - going))) void this.begin(item);
  }

  /** One page at a time sends a file, however many are open. */
  private async begin(item: Item): Promise<void> {
    item.place = "sending";
    this.tell(false);
    if (!navigator.locks) return this.transfer(item);
    await navigator.locks.request(`bedside-own-file-${item.file.id}`, async () => {
      if (item.place === "sending") await this.transfer(item);
    });
  }

  private async transfer(item: Item): Promise<void> {
    const now = item.survives ? await this.store.one(item.file.id) : item.file;
    if (!now) return this.dropped(item); // another page has sent it, or taken it off the phone
    item.file = now;
    const content = await this.content(item);
    if (!content) return this.settle(item, "failed");
    const { patient, name, comment, category, address } = item.file;
    const upload = new TusUpload(
      content,
      {
        endpoint: `/app/${patient}/uploads`,
        address,
        metadata: { filename: name, comment, category, owner: this.owner },
        retryDelays: RETRY_DELAYS_MS,
      },
      {
        addressed: (given) => void this.change(item, { address: given }),
        moved: (sent) => {
          item.sent = sent;
          this.tell(false);
        },
        arrived: () => void this.arrived(item),
        stopped: (why) => void this.stopped(item, why),
      },
    );
    this.uploads.set(item.file.id, upload);
    upload.start();
    await upload.over;
  }

  private async arrived(item: Item): Promise<void> {
    const pages = this.pages(item.file.id);
    await this.dropped(item);
    for (const page of pages) await this.dropped(page);
    this.follower.arrived(item);
    this.next();
  }

  private async stopped(item: Item, { status, sentence, isFinal }: Stop): Promise<void> {
    item.sentence = sentence;
    if (isFinal && REFUSALS.includes(status)) {
      await this.change(item, { state: "refused", sentence });
      return this.settle(item, "refused");
    }
    this.settle(item, status === 401 || status === 403 || status === 404 ? "away" : status === 0 ? "lost" : "failed");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.goOn(), AGAIN_MS);
  }

  private settle(item: Item, place: Place): void {
    item.place = place;
    this.tell(false);
    this.next();
  }

  private tell(toOthers = true): void {
    this.follower.changed();
    if (toOthers) this.others?.postMessage("");
  }
}

function placeOf(file: OwnFile): Place {
  return file.state === "going" ? "waiting" : file.state;
}
