import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card } from "./cards";
import { sorted } from "./resuming";
import type { Kept } from "./store";

function kept(id: string, facts: Partial<Kept> = {}): Kept {
  return { id, fileId: "", uploadUrl: "", named: true, comment: "", sentComment: "", ...facts } as Kept;
}

function card(...names: string[]): Card {
  return { isAmong: (wanted: ReadonlySet<string>) => names.some((name) => wanted.has(name)) } as unknown as Card;
}

test("each stored photo goes where it belongs", () => {
  const atServer = card("one", "fil_1");
  const photos = ["one", "two", "three", "four", "five"].map((id) => kept(id));
  const found = sorted(photos, [atServer], { sent: ["two"], coming: ["three"] }, (photo) => photo.id === "four");
  assert.deepEqual(
    found.arrived.map(({ kept: photo, card: shown }) => [photo.id, shown]),
    [
      ["one", atServer],
      ["two", undefined],
    ],
  );
  assert.deepEqual(
    [found.agreed, found.open].map((list) => list.map((photo) => photo.id)),
    [["three"], ["five"]],
  );
});

test("a photo of an earlier version is known by its file", () => {
  const old = kept("old", { fileId: "fil_9", uploadUrl: "/my/x/uploads/9", named: false });
  const settings = { sent: [], coming: ["fil_9"] };
  assert.deepEqual(sorted([old], [], settings, () => false).agreed, [old]);
});
