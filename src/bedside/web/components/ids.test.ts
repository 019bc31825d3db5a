import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "./ids";

test("ids have the shape of the server's, sort by time, and are never twice the same", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  const first = newId("trf");
  const twin = newId("trf");
  context.mock.timers.tick(1);
  const later = newId("trf");
  for (const id of [first, twin, later]) assert.match(id, /^trf_[0-9a-hjkmnp-tv-z]{26}$/);
  assert.equal(first.slice(0, 14), twin.slice(0, 14));
  assert.notEqual(first, twin);
  assert.ok(first < later && twin < later);
});
