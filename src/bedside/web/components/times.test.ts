import assert from "node:assert/strict";
import { before, test } from "node:test";

let relative: (moment: number, now: number, short?: boolean) => string;

before(async () => {
  Object.assign(globalThis, { document: { documentElement: { lang: "en" } } });
  ({ relative } = await import("./times"));
});

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

test("a moment is told in the largest unit that it fills", () => {
  const now = 1_700_000_000_000;
  const wanted: [ago: number, long: string, short: string][] = [
    [20_000, "now", "0 min"],
    [3 * MINUTE + 59_000, "3 minutes ago", "3 min"],
    [59 * MINUTE, "59 minutes ago", "59 min"],
    [61 * MINUTE, "1 hour ago", "1 hr"],
    [DAY, "yesterday", "1 day"],
    [8 * DAY, "last week", "1 wk"],
    [400 * DAY, "last year", "1 yr"],
    [-2 * DAY, "in 2 days", "2 days"],
  ];
  for (const [ago, long, short] of wanted) {
    assert.deepEqual([relative(now - ago, now), relative(now - ago, now, true)], [long, short]);
  }
});
