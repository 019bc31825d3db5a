import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLine } from "./glimpse";

test("the first line with words is shown", () => {
  assert.equal(firstLine("Show me your knee.\nAnd the other one."), "Show me your knee.");
  assert.equal(firstLine("\n  \n\tPlease wait  \n"), "Please wait");
  assert.equal(firstLine(""), "");
  assert.equal(firstLine(" \n "), "");
});

test("a long line is cut between signs, not within one", () => {
  assert.equal(firstLine("abcdef", 6), "abcdef");
  assert.equal(firstLine("abcdefg", 6), "abcde…");
  assert.equal(firstLine("ab cd ef", 4), "ab…");
  assert.equal(firstLine("👩👩👩👩", 3), "👩👩…");
});
