import assert from "node:assert/strict";
import { test } from "node:test";
import { Milestones } from "./milestones";

function announced(steps: [number, number][]): string[] {
  const milestones = new Milestones();
  return steps.map(([done, count]) => milestones.next(done, count)).filter(Boolean);
}

test("ten photos are three announcements, however many steps they take", () => {
  const steps = Array.from({ length: 1001 }, (_, step): [number, number] => [step / 100, 10]);
  assert.deepEqual(announced(steps), ["start", "half", "all"]);
});

test("one photo has no half", () => {
  assert.deepEqual(
    announced([
      [0, 1],
      [0.6, 1],
      [1, 1],
    ]),
    ["start", "all"],
  );
});

test("more photos begin again, fewer do not", () => {
  assert.deepEqual(
    announced([
      [2, 2],
      [2, 3],
      [3, 3],
      [2, 2],
      [0, 0],
    ]),
    ["all", "half", "all"],
  );
});
