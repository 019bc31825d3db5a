import assert from "node:assert/strict";
import { test } from "node:test";
import { readCheck } from "./last_check";

const NOW = 1_750_000_000_000;
const FINE = { camera: true, microphone: true, at: NOW - 60_000 };

test("the last check is that of today, and nothing else is believed", () => {
  assert.deepEqual(readCheck(JSON.stringify(FINE), NOW), FINE);
  assert.equal(readCheck(JSON.stringify({ ...FINE, at: NOW - 25 * 3_600_000 }), NOW), null);
  assert.equal(readCheck(JSON.stringify({ ...FINE, at: NOW + 60_000 }), NOW), null, "the clock was set back");
  for (const kept of [null, "", "null", "{}", "[]", "no JSON", '{"camera":"yes","microphone":true,"at":1}']) {
    assert.equal(readCheck(kept, NOW), null);
  }
});
