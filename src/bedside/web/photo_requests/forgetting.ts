/**
 * What this phone keeps of photo requests is removed once nobody needs it: when all of it is sent,
 * when the link has ended, and when somebody else's request is answered on the same phone.
 */
import { Shelf } from "../uploading/shelf";
import { AGREEMENTS, ERRANDS, PHOTOS, REQUESTS, WORDS } from "./shelves";
import { type Agreement, type Kept, nameOf } from "./store";

/** A request that was open on this phone. */
export interface Known {
  request: string;
  /** The server's word for the person it is about; it says nothing by itself. */
  person: string;
  /** When its link ends, in milliseconds since the epoch. */
  until: number;
}

interface Typed {
  id: string;
  request: string;
}

const known = new Shelf<Known>(REQUESTS);
const photos = new Shelf<Kept>(PHOTOS);
const agreements = new Shelf<Agreement>(AGREEMENTS);
const typed = [new Shelf<Typed>(ERRANDS), new Shelf<Typed>(WORDS)];

/** What a shelf has, nothing if the browser keeps nothing. */
async function found<T>(looked: Promise<T[]>): Promise<T[]> {
  return looked.catch(() => []);
}

/** What is to be done with another request of this phone: `unagreed` spares what is being sent. */
export type Fate = "keep" | "unagreed" | "all";

export function fateOf(other: Known | undefined, here: Known, now: number, agreed: boolean): Fate {
  if (other && other.until < now) return "all";
  if (other?.person === here.person) return "keep";
  // “Agree & send photos” was pressed without a connection: that is a promise.
  return agreed ? "unagreed" : "all";
}

/** Removes everything of a request. Returns whether there was a photo, or something typed. */
export async function forgetRequest(request: string): Promise<boolean> {
  const there = await remove(request, () => true);
  await agreements.remove(request).catch(() => undefined);
  await known.remove(request).catch(() => undefined);
  return there;
}

/** Notes whose request is open here, and removes what belongs to others. */
export async function beginHere(here: Known): Promise<void> {
  if (!here.request) return;
  stayOpen(here.request);
  await known.put(here).catch(() => undefined);
  const all = new Map((await found(known.all())).map((one) => [one.request, one]));
  const kept = await Promise.all(
    [photos, agreements, ...typed].map((shelf) => found<{ request: string }>(shelf.all())),
  );
  const others = new Set([...all.keys(), ...kept.flat().map((row) => row.request)]);
  others.delete(here.request);
  for (const request of others) await forgetOther(request, all.get(request), here);
}

async function forgetOther(request: string, other: Known | undefined, here: Known): Promise<void> {
  const agreement = await agreements.get(request).catch(() => undefined);
  const fate = fateOf(other, here, Date.now(), agreement !== undefined);
  if (fate === "keep" || (await isOpen(request))) return;
  if (fate === "all" || !agreement) {
    await forgetRequest(request);
    return;
  }
  const agreed = new Set(agreement.photos);
  await remove(request, (photo) => !agreed.has(nameOf(photo)));
}

async function remove(request: string, which: (photo: Kept) => boolean): Promise<boolean> {
  const gone = (await found(photos.where(request))).filter(which);
  for (const photo of gone) await photos.remove(photo.id).catch(() => undefined);
  let count = gone.length;
  for (const shelf of typed) {
    for (const { id } of await found(shelf.where(request))) {
      count += 1;
      await shelf.remove(id).catch(() => undefined);
    }
  }
  return count > 0;
}

const lockOf = (request: string): string => `bedside-request/${request}`;

/** As long as this page is open, pages of others do not take its photos away. */
function stayOpen(request: string): void {
  void navigator.locks?.request(lockOf(request), { mode: "shared" }, () => new Promise(() => undefined));
}

async function isOpen(request: string): Promise<boolean> {
  // Without locks (an address without TLS) no other page is known.
  if (!navigator.locks) return false;
  return navigator.locks.request(lockOf(request), { ifAvailable: true }, (lock) => lock === null);
}
