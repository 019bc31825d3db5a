import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./note";

const CASES: [what: string, before: string, text: string, now: string, wanted: string][] = [
  ["nobody else wrote", "old", "old and new", "old", "old and new"],
  ["the first words of a note", "", "first", "", "first"],
  ["the server has a beginning of it", "", "one two three", "one two", "one two three"],
  ["another computer wrote meanwhile", "old", "old, here", "old, there", "old, there\n\nold, here"],
  ["it was joined before", "old", "old, here", "there\n\nold, here", "there\n\nold, here"],
  ["everything was deleted on purpose", "old", "", "old", ""],
];

for (const [what, before, text, now, wanted] of CASES) {
  test(`a kept note is joined with the saved one: ${what}`, () => assert.equal(joined({ before, text }, now), wanted));
}
