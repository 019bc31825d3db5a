import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf } from "./marks";

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
