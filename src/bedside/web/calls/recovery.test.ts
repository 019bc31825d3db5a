import assert from "node:assert/strict";
import { test } from "node:test";
import { patience } from "./recovery";

test("a restart that leads nowhere is followed by one that may take longer", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 20].map(patience);
  assert.deepEqual(waits.slice(0, 3), [4_000, 6_000, 9_000]);
  assert.ok(waits.every((wait, at) => at === 0 || wait >= (waits[at - 1] ?? 0)));
  assert.equal(waits.at(-1), 15_000);
});
