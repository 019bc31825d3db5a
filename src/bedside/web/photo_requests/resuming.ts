/** What becomes of the photos that an earlier page of this phone has stored. */
import type { Card } from "./cards";
import type { Settings } from "./settings";
import { type Kept, nameOf } from "./store";

export interface Resumed {
  /** At the server, perhaps without their comments; with their cards, unless they are sent. */
  arrived: { kept: Kept; card: Card | undefined }[];
  /** Agreed to, and still to be uploaded. */
  agreed: Kept[];
  /** Neither: they are offered again. */
  open: Kept[];
}

export function sorted(
  photos: readonly Kept[],
  cards: readonly Card[],
  settings: Pick<Settings, "sent" | "coming">,
  isDeleted: (kept: Kept) => boolean,
): Resumed {
  const [sent, coming] = [new Set(settings.sent), new Set(settings.coming)];
  const found: Resumed = { arrived: [], agreed: [], open: [] };
  for (const kept of photos) {
    if (isDeleted(kept)) continue; // its deletion takes it along
    const card = cards.find((other) => other.isAmong(new Set([kept.id, kept.fileId])));
    if (card || sent.has(kept.id) || sent.has(kept.fileId)) found.arrived.push({ kept, card });
    else if (coming.has(nameOf(kept))) found.agreed.push(kept);
    else found.open.push(kept);
  }
  return found;
}
