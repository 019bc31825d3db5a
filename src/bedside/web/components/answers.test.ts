import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalIn, sentenceOf } from "./answers";

test("a refusal is what the body says, and nothing where it says nothing", async () => {
  const body = '{"code":"file_refused","sentence":"This is a program."}';
  assert.deepEqual(refusalIn(body), { code: "file_refused", sentence: "This is a program." });
  assert.deepEqual(refusalIn('{"sentence":"No."}'), { code: "", sentence: "No." });
  for (const other of ["", "<h1>502</h1>", "null", "[]", '"no"', '{"detail":1}']) {
    assert.deepEqual(refusalIn(other), { code: "", sentence: "" });
  }
  assert.equal(await sentenceOf(new Response(body)), "This is a program.");
  assert.equal(await sentenceOf(new Response(null)), "");
});
