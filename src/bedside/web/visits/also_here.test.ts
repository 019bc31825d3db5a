import assert from "node:assert/strict";
import { test } from "node:test";
import { openVisits, viewIn } from "./also_here";

const ONE = "vis_01m8m4b7e9gy36m7jr37d6h958";
const TWO = "vis_01m8m4b8a17a3ynkke5fpdz9jg";

test("visits that were open today are known, and nothing else is believed", () => {
  const now = 100 * 3_600_000;
  const stored = { [ONE]: now - 5, [TWO]: now - 13 * 3_600_000, "../x": now, vis_short: now };
  assert.deepEqual(openVisits(JSON.stringify(stored), now), { [ONE]: now - 5 });
  for (const broken of [null, "", "{", "[]", "7", '"x"', `{"${ONE}":"now"}`, `{"${ONE}":${now + 9}}`]) {
    assert.deepEqual(openVisits(broken, now), {});
  }
});

test("the view of a page is read, and a page without one has none", () => {
  assert.equal(viewIn('<div data-view="call" data-x>'), "call");
  assert.equal(viewIn("<h1>Please check in first</h1>"), "");
});
