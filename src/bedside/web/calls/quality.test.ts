import assert from "node:assert/strict";
import { test } from "node:test";
import { after, BEST, encodingOf, type Level, type Sample, worstOf } from "./quality";

const GOOD: Sample = { roundTripMs: 40, lost: 0, availableKbps: 2_000 };
const WEAK: Sample = { roundTripMs: 40, lost: 0.1, availableKbps: 2_000 };
const NARROW: Sample = { roundTripMs: 40, lost: 0, availableKbps: 200 };
const DEAD: Sample = { roundTripMs: 2_000, lost: 0.4, availableKbps: 30 };

function many<T>(count: number, one: T): T[] {
  return new Array<T>(count).fill(one);
}

/** The level after each sample, from the beginning of a call. */
function levels(samples: readonly Sample[]): Level[] {
  let now = BEST;
  return samples.map((sample) => {
    now = after(now, sample);
    return now.level;
  });
}

test("a weak connection gets a smaller picture after two samples", () => {
  assert.deepEqual(levels([GOOD, WEAK, GOOD, WEAK]), many(4, "full")); // one is chance
  assert.deepEqual(levels([GOOD, WEAK, WEAK]), ["full", "full", "smaller"]);
  assert.deepEqual(levels([NARROW, NARROW]), ["full", "smaller"]);
  // what is weak for the full picture is enough for the smaller one
  assert.deepEqual(new Set(levels(many(30, WEAK)).slice(2)), new Set(["smaller"]));
});

test("a connection that carries nothing gets sound only", () => {
  assert.deepEqual(levels(many(4, DEAD)), ["full", "smaller", "smaller", "sound"]);
  assert.deepEqual(new Set(levels(many(50, DEAD)).slice(4)), new Set(["sound"]));
});

test("it goes up again slowly", () => {
  const later = levels([...many(4, DEAD), ...many(10, GOOD)]).slice(4);
  assert.deepEqual(later, [...many(4, "sound"), ...many(5, "smaller"), "full"]);
});

test("a try that was too early makes it wait longer", () => {
  const samples = [WEAK, WEAK];
  for (let round = 0; round < 3; round += 1) {
    // it is good for just as long as going up takes
    while (levels(samples).at(-1) === "smaller") samples.push(GOOD);
    samples.push(WEAK, WEAK);
  }
  const waits: number[] = [];
  let before: Level = "full";
  for (const now of levels(samples)) {
    if (now === "smaller" && before === "full") waits.push(1);
    else if (now === "smaller") waits.push((waits.pop() ?? 0) + 1);
    before = now;
  }
  assert.deepEqual(waits, [5, 10, 15, 1]);
});

test("a step up that has held ends the long waits", () => {
  // up once, and down again: ten samples next time
  const early = [WEAK, WEAK, ...many(5, GOOD), WEAK, WEAK];
  const held = levels([...early, ...many(20, GOOD), WEAK, WEAK, ...many(5, GOOD)]);
  assert.equal(held[early.length - 1], "smaller");
  const wanted = [...many(9, "smaller"), ...many(12, "full"), ...many(5, "smaller"), "full"];
  assert.deepEqual(held.slice(early.length), wanted);
});

test("what can be sent is judged when a step up had time to find out", () => {
  const up = [WEAK, WEAK, ...many(5, GOOD)];
  assert.equal(levels([...up, ...many(3, NARROW)]).at(-1), "full");
  assert.equal(levels([...up, ...many(5, NARROW)]).at(-1), "smaller");
  assert.equal(levels([...up, WEAK, WEAK]).at(-1), "smaller"); // what is lost counts at once
});

test("a narrow connection stays with the smaller picture", () => {
  assert.deepEqual(levels(many(60, NARROW)), ["full", ...many(59, "smaller")]);
  assert.equal(levels([...many(60, NARROW), ...many(5, GOOD)]).at(-1), "full");
});

test("what is said of several connections is the worst", () => {
  assert.equal(worstOf([]), "full");
  assert.equal(worstOf(["full", "paused"]), "paused");
  assert.equal(worstOf(["paused", "smaller", "full"]), "smaller");
  assert.equal(worstOf(["smaller", "sound"]), "sound");
});

test("what is not known yet counts as enough", () => {
  assert.deepEqual(new Set(levels(many(5, { ...GOOD, availableKbps: null }))), new Set(["full"]));
});

test("senders are told less for less", () => {
  const [full, smaller, sound] = [encodingOf("full", 1), encodingOf("smaller", 1), encodingOf("sound", 1)];
  assert.deepEqual([full.active, smaller.active, sound.active], [true, true, false]);
  const group = encodingOf("full", 3);
  assert.ok(full.maxBitrate > group.maxBitrate && group.maxBitrate > smaller.maxBitrate);
  assert.ok(smaller.scaleResolutionDownBy > full.scaleResolutionDownBy);
  assert.equal(full.scaleResolutionDownBy, 1);
});
