import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsFor, moved, NO_ZOOM, zoomed } from "./picture_fit";

const UPRIGHT = 9 / 16;
const WIDE = 16 / 9;

test("zoom stays between the whole picture and four times, and never leaves the place", () => {
  assert.deepEqual(zoomed(NO_ZOOM, 0.5), NO_ZOOM);
  assert.equal(zoomed(zoomed(NO_ZOOM, 3), 3).scale, 4);
  const far = moved(zoomed(NO_ZOOM, 2), 5, -5);
  assert.deepEqual(far, { scale: 2, x: 0.5, y: -0.5 });
  assert.deepEqual(zoomed(far, 0.5), NO_ZOOM);
  assert.deepEqual(moved(NO_ZOOM, 0.3, 0.3), NO_ZOOM);
});

test("pictures stand side by side where that shows more of the smallest", () => {
  assert.equal(columnsFor([UPRIGHT, UPRIGHT], { width: 449, height: 269 }), 2);
  assert.equal(columnsFor([WIDE, WIDE], { width: 449, height: 600 }), 1);
  assert.equal(columnsFor([WIDE, UPRIGHT], { width: 1366, height: 600 }), 2);
  assert.equal(columnsFor([WIDE, WIDE, WIDE, WIDE], { width: 1366, height: 768 }), 2);
  assert.equal(columnsFor([], { width: 100, height: 100 }), 1);
});
