import assert from "node:assert/strict";
import { test } from "node:test";
import { clearToUndo, type Drawn, fitted, type Mark, pathOf } from "./marks";

test("a line goes through its points, and a dot is a line without length", () => {
  assert.equal(pathOf([]), "");
  assert.equal(pathOf([[5, 6]]), "M5 6h0");
  assert.equal(
    pathOf([
      [5, 6],
      [7, 8],
      [9, 1],
    ]),
    "M5 6L7 8L9 1",
  );
});

test("one's own last clear is undone, once", () => {
  const after = (before: number, number: number, mine: boolean, mark: Mark): number =>
    clearToUndo(before, { number, mine, mark } as Drawn);
  assert.equal(after(0, 4, true, { kind: "clear", all: false }), 4);
  assert.equal(after(4, 5, false, { kind: "clear", all: true }), 4);
  assert.equal(after(4, 5, true, { kind: "erase", numbers: [2] }), 4);
  assert.equal(after(4, 6, false, { kind: "restore", number: 4 }), 0);
  assert.equal(after(4, 6, true, { kind: "restore", number: 3 }), 4);
});

test("a picture is whole, upright, wide or square", () => {
  assert.deepEqual(fitted(3200, 2000), [0, 0, 1600, 1000]);
  assert.deepEqual(fitted(500, 1000), [550, 0, 500, 1000]);
  assert.deepEqual(fitted(1600, 100), [0, 450, 1600, 100]);
});
