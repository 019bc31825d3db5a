import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace";

test("a quick server is asked again after the usual moment", () => {
  const pace = new Pace(120);
  assert.equal(pace.wait(0), 120);
  pace.took(1000, 1010);
  assert.equal(pace.wait(1010), 120);
  assert.equal(pace.wait(9000), 120);
});

test("a busy one gets time, and more of it the longer it takes", () => {
  const pace = new Pace(120);
  pace.took(1000, 1200);
  assert.equal(pace.wait(1200), 800);
  assert.equal(pace.wait(1900), 120);
  pace.took(2000, 2400);
  assert.equal(pace.wait(2400), 1600);
});

test("nobody waits for ever, whatever the clock does", () => {
  const pace = new Pace(120);
  pace.took(0, 60_000);
  assert.equal(pace.wait(60_000), 3000);
  assert.equal(pace.wait(0), 3000);
});
