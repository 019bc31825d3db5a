import assert from "node:assert/strict";
import { test } from "node:test";
import { isFull, spread } from "./date_of_birth";

test("a box is full when no further digit can follow", () => {
  assert.ok(isFull("day", "31", 2) && isFull("year", "1958", 4));
  assert.ok(isFull("day", "4", 2) && isFull("month", "2", 2));
  assert.ok(!isFull("day", "3", 2) && !isFull("month", "1", 2) && !isFull("year", "9", 4) && !isFull("month", "", 2));
});

test("an ISO date goes into the boxes by name, whatever their order", () => {
  assert.deepEqual(spread("1958-04-09", ["day", "month", "year"]), ["09", "04", "1958"]);
  assert.deepEqual(spread("1958-4-9", ["month", "day", "year"]), ["4", "9", "1958"]);
});

test("another date is taken as the boxes stand", () => {
  for (const text of ["09.04.1958", "9/4/1958".replace("9", "09").replace("/4/", "/04/"), "09 04 1958"]) {
    assert.deepEqual(spread(text, ["day", "month", "year"]), ["09", "04", "1958"]);
  }
});

test("what is no whole date is left to the box", () => {
  for (const text of ["", "1958", "04-1958", "Maya", "1-2-3-4"])
    assert.equal(spread(text, ["day", "month", "year"]), null);
});
