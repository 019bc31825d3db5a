import assert from "node:assert/strict";
import { test } from "node:test";

import { type Counted, readCounted, sayCount } from "./counted";

const english: Counted = { forms: ["{count} files chosen", "{count} file chosen"], which: [0, 1, 0] };
/** One hundred and one counts like one, eleven like many, as in Lithuanian. */
const digits = (number: number): number => (number % 10 === 1 && number % 100 !== 11 ? 0 : 1);
const lithuanian: Counted = {
  forms: ["{count} failas", "{count} failai"],
  which: Array.from({ length: 200 }, (_none, number) => digits(number)),
};

test("each number has its form", () => {
  assert.deepEqual(
    [0, 1, 2, 7].map((count) => sayCount(english, count)),
    ["0 files chosen", "1 file chosen", "2 files chosen", "7 files chosen"],
  );
});

test("beyond the list the last two digits decide", () => {
  assert.equal(sayCount(lithuanian, 201), "201 failas");
  assert.equal(sayCount(lithuanian, 211), "211 failai");
  assert.equal(sayCount(lithuanian, 1_021), "1021 failas");
});

test("names are filled in, and a comment's own braces stay", () => {
  const sentence: Counted = { forms: ["{count} of {names}"], which: [0] };
  assert.equal(sayCount(sentence, 3, { names: "{count}" }), "3 of {count}");
});

test("a page without the sentence shows nothing", () => {
  assert.equal(sayCount(readCounted(undefined), 3), "");
});
