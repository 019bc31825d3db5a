import assert from "node:assert/strict";
import { test } from "node:test";
import { medianOf, Pace } from "./blur_pace";

/** Pictures until the device counts as too slow; 0 if it never does. */
function slowAfter(pictures: number, costOf: (index: number) => number, gapOf: (index: number) => number): number {
  const pace = new Pace();
  let now = 1_000;
  for (let index = 0; index < pictures; index++) {
    now += gapOf(index);
    if (pace.add(costOf(index), now)) return index + 1;
  }
  return 0;
}

const always = (value: number) => () => value;

test("a quick device goes on", () => {
  assert.equal(slowAfter(1_000, always(8), always(50)), 0);
  assert.equal(slowAfter(1_000, always(30), always(60)), 0);
});

test("a device whose pictures cost too much is found within forty of them", () => {
  assert.equal(slowAfter(1_000, always(31), always(50)), 60);
  assert.equal(slowAfter(1_000, always(90), always(100)), 60);
});

test("a device that takes several times as long is found within ten", () => {
  assert.equal(slowAfter(1_000, always(91), always(100)), 30);
  assert.equal(slowAfter(1_000, always(400), always(400)), 30);
});

test("a device that manages too few pictures is too slow, however cheap they are", () => {
  assert.equal(slowAfter(1_000, always(5), always(90)), 60);
  assert.equal(slowAfter(1_000, always(5), always(80)), 0);
});

test("the first pictures prepare the model, and count for nothing", () => {
  const cost = (index: number): number => (index < 20 ? 900 : 10);
  assert.equal(
    slowAfter(1_000, cost, (index) => Math.max(50, cost(index))),
    0,
  );
});

test("single pictures that wait for something else are no reason", () => {
  assert.equal(
    slowAfter(1_000, (index) => (index % 4 === 0 ? 200 : 12), always(60)),
    0,
  );
});

test("a device that becomes slow later, such as a hot phone, is found", () => {
  assert.equal(
    slowAfter(1_000, (index) => (index < 300 ? 10 : 45), always(50)),
    340,
  );
});

test("a page that was not shown is measured from the beginning", () => {
  const pace = new Pace();
  let now = 0;
  for (let index = 0; index < 50; index++, now += 50) assert.equal(pace.add(10, now), false);
  pace.forget();
  now += 600_000; // hidden
  for (let index = 0; index < 200; index++, now += 50) assert.equal(pace.add(10, now), false);
});

test("the median of an even and an odd number of values", () => {
  assert.equal(medianOf([9, 1, 5]), 5);
  assert.equal(medianOf([4, 2]), 3);
  assert.equal(medianOf([7]), 7);
  assert.equal(medianOf([]), 0);
});
