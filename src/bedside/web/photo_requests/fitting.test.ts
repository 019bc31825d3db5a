import assert from "node:assert/strict";
import { test } from "node:test";
import { fairShare, fit } from "./fitting";
import type { Kept } from "./store";

function photos(...sizes: number[]): Kept[] {
  return sizes.map(
    (size, index) => ({ id: String(index), name: "a.png", photo: new Blob([new Uint8Array(size)]) }) as unknown as Kept,
  );
}

test("photos that are smaller leave their room to the others", () => {
  assert.equal(fairShare(photos(100, 100, 100), 150), 50);
  assert.equal(fairShare(photos(10, 100, 100), 150), 70);
  assert.equal(fairShare(photos(10, 20, 30), 150), 150);
  assert.equal(fairShare([], 150), 150);
});

test("what fits is not touched", async () => {
  const waiting = photos(40, 50);
  assert.deepEqual(await fit(waiting, 90, () => Promise.reject(new Error("changed"))), []);
  assert.deepEqual(
    waiting.map((one) => [one.name, one.photo.size]),
    [
      ["a.png", 40],
      ["a.png", 50],
    ],
  );
});
