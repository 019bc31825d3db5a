import assert from "node:assert/strict";
import { test } from "node:test";
import { nextAfter, openFields, openIn, plainName } from "./fields";
import { documentOf } from "./schema";

function named(words: string): [string, string, string][] {
  return openIn(words).map(({ kind, name, words: part }) => [kind, name, part ? words.slice(part.from, part.to) : ""]);
}

test("fields and optional parts are found in their order", () => {
  assert.deepEqual(named("Dear [[first name]], [[insured??bring\n2 cards]] on [[date]]."), [
    ["field", "first name", ""],
    ["optional part", "insured", "bring\n2 cards"],
    ["field", "date", ""],
  ]);
});

test("within an optional part no field stands: it is found, and the part is none", () => {
  assert.deepEqual(named("[[insured??Call [[insurer]].]]"), [["field", "insurer", ""]]);
});

test("what is not closed, is empty, or is too long for a name is no field", () => {
  assert.deepEqual(named(`[[]] [[a [x] [[b\n]] [[${"n".repeat(61)}]]`), []);
});

test("words without an end are read in one go", () => {
  const words = "[[a??".repeat(20_000) + "x".repeat(100_000);
  const before = performance.now();
  openIn(words);
  assert.ok(performance.now() - before < 1_000);
});

test("their places are those of the document, past breaks and bold words", () => {
  const doc = documentOf(
    JSON.stringify({
      type: "doc",
      content: [
        { type: "paragraph", content: [{ type: "text", text: "One" }] },
        {
          type: "paragraph",
          content: [
            { type: "text", text: "a" },
            { type: "hard_break" },
            { type: "text", text: "[[na" },
            { type: "text", text: "me]]", marks: [{ type: "strong" }] },
          ],
        },
      ],
    }),
  );
  const [field] = openFields(doc);
  assert.equal(doc.textBetween(field!.from, field!.to), "[[name]]");
});

test("a field is not read across a line break", () => {
  assert.deepEqual(openIn("[[first\nname]]"), []);
});

test("after the last one the first is next", () => {
  const open = openIn("[[a]] [[b]]");
  assert.equal(nextAfter(open, 1)?.name, "b");
  assert.equal(nextAfter(open, 7)?.name, "a");
  assert.equal(nextAfter([], 0), undefined);
});

test("names are compared without case and spaces", () => {
  assert.equal(plainName("  First   Name "), "first name");
});
