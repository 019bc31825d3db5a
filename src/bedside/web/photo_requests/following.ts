/** Changes of the request on other devices, or in other windows, while this page is open. */
import { liveSocket } from "../live/socket";
import type { Card } from "./cards";
import { isAcceptable, type ServerPhoto, type Snapshot } from "./server";

const SOON_MS = 200;

/** Photos of the request beside those of a page. */
export interface Away {
  count: number;
  bytes: number;
}

export interface Difference {
  /** Cards whose photos were agreed to elsewhere. */
  taken: Card[];
  /** Cards whose photos were deleted elsewhere. */
  deleted: Card[];
  /** Photos added elsewhere that this page does not show. */
  added: ServerPhoto[];
  away: Away;
}

export function compare(cards: readonly Card[], snapshot: Snapshot): Difference {
  const agreed = new Set([...snapshot.coming, ...snapshot.sent]);
  const held = new Set(snapshot.photos.map((photo) => photo.id));
  const taken = cards.filter((card) => card.acceptable && card.isAmong(agreed));
  const deleted = cards.filter(
    (card) => card.acceptable && !card.kept && !held.has(card.fileId) && !taken.includes(card),
  );
  const ours = cards.filter((card) => !taken.includes(card));
  const isOurs = (photo: ServerPhoto): boolean =>
    ours.some((card) => card.isAmong(new Set([photo.id, photo.given_id])));
  const here = snapshot.photos.filter((photo) => isAcceptable(photo) && isOurs(photo));
  const count = snapshot.filed + snapshot.photos.filter(isAcceptable).length - here.length;
  const bytes = snapshot.bytes_used - here.reduce((sum, photo) => sum + photo.size, 0);
  const added = snapshot.photos.filter((photo) => isAcceptable(photo) && !photo.agreed && !isOurs(photo));
  return { taken, deleted, added, away: { count, bytes } };
}

/** Calls `changed` soon after each event of the request. */
export function follow(request: string, changed: () => void): void {
  let timer = 0;
  liveSocket().subscribe(`request:${request}`, () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(changed, SOON_MS);
  });
}
