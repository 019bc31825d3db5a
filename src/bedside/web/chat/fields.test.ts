import assert from "node:assert/strict";
import { test } from "node:test";
import { beginsSearch, fits, openFields } from "./fields";

test("what stands in double brackets has to be filled in", () => {
  assert.deepEqual(openFields("Dear [[first name]], on [[date]]."), [
    { start: 5, end: 19, name: "first name" },
    { start: 24, end: 32, name: "date" },
  ]);
  assert.deepEqual(openFields("Take [2] [[]] [[a\nb]] x[[1"), []);
});

test("a slash begins a search at the start of a word only", () => {
  assert.ok(beginsSearch("/", 1));
  assert.ok(beginsSearch("Hello /", 7));
  assert.ok(beginsSearch("Hello\n/", 7));
  assert.ok(!beginsSearch("and/", 4));
  assert.ok(!beginsSearch("https://", 8));
});

test("every word of a search has to be there, without case and accents", () => {
  assert.ok(fits("PARK möglich", "Parken: hier ist es moglich"));
  assert.ok(!fits("park never", "Parken"));
  assert.ok(fits("", "anything"));
});
