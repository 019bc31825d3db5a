import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card } from "./cards";
import { compare } from "./following";
import type { ServerPhoto, Snapshot } from "./server";

function photo(id: string, facts: Partial<ServerPhoto> = {}): ServerPhoto {
  return {
    id,
    given_id: "",
    name: id,
    size: 10,
    state: "filed",
    comment: "",
    refusal: "",
    preview: true,
    looks: "",
    agreed: false,
    ...facts,
  };
}

function snapshot(photosThere: ServerPhoto[], facts: Partial<Snapshot> = {}): Snapshot {
  const used = photosThere.reduce((sum, one) => sum + one.size, 0);
  return {
    ...{ state: "open", expected: 0, filed: 0, sending: false, photos_left: 5, refused: [], coming: [], sent: [] },
    ...{ bytes_used: used, photos: photosThere, ...facts },
  };
}

/** A card of this page, whose photo is at the server unless it is `kept` by the phone. */
function card(id: string, kept = false): Card {
  const isAmong = (names: ReadonlySet<string>): boolean => names.has(id);
  return { fileId: id, acceptable: true, kept: kept ? {} : null, isAmong } as unknown as Card;
}

test("nothing has happened elsewhere", () => {
  const found = compare([card("a"), card("b", true)], snapshot([photo("a")]));
  assert.deepEqual(found, { taken: [], deleted: [], added: [], away: { count: 0, bytes: 0 } });
});

test("photos were agreed to, deleted and added elsewhere", () => {
  const [taken, deleted, here] = [card("taken"), card("deleted"), card("here")];
  const added = photo("added");
  const there = [photo("taken", { agreed: true }), photo("here"), added, photo("bad", { state: "infected" })];
  const found = compare([taken, deleted, here], snapshot(there, { coming: ["taken"], filed: 2 }));
  assert.deepEqual([found.taken, found.deleted, found.added], [[taken], [deleted], [added]]);
  // two in the chart, the one that was agreed to, and the one that was added
  assert.equal(found.away.count, 4);
});

test("what the phone still keeps was not deleted, and is known by its own name", () => {
  const found = compare([card("mine", true)], snapshot([photo("fil_1", { given_id: "mine" })]));
  assert.deepEqual([found.deleted, found.added, found.away.count], [[], [], 0]);
});
