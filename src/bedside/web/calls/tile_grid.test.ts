import assert from "node:assert/strict";
import { test } from "node:test";
import { gridFor } from "./tile_grid";

test("pictures are as large as the room allows", () => {
  const columns: [people: number, width: number, height: number, columns: number][] = [
    [12, 390, 700, 2], // a phone, upright and on its side
    [12, 844, 260, 6],
    [12, 450, 700, 2], // beside the console, and filling the window
    [12, 1366, 710, 4],
    [6, 1366, 710, 3],
    [16, 1366, 710, 4],
    [6, 0, 0, 1], // hidden
  ];
  for (const [people, width, height, wanted] of columns) {
    assert.deepEqual(gridFor(people, false, width, height), { columns: wanted, screenRows: 0 });
  }
});

test("a shared screen takes two thirds", () => {
  for (const [people, width, height] of [
    [6, 390, 700],
    [12, 1366, 710],
    [16, 450, 700],
  ] as const) {
    const made = gridFor(people, true, width, height);
    assert.equal(made.screenRows, 2 * Math.ceil(people / made.columns));
  }
});
