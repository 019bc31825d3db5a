import assert from "node:assert/strict";
import { test } from "node:test";
import { plainSlice, withoutStyles } from "./paste";
import { schema } from "./schema";

test("styles and handlers get another name, scripts and style sheets are none", () => {
  assert.equal(withoutStyles(`<p class=a style='b:c'>style=d</p>`), `<p class=a data-style='b:c'>style=d</p>`);
  assert.equal(
    withoutStyles('<img src="x"onerror=a STYLE = b/onload=c>'),
    '<img src="x"data-onerror=a data-STYLE = b/data-onload=c>',
  );
  assert.equal(withoutStyles("<STYLE>p{}</STYLE><script src=x>"), "<template>p{}</template><template src=x>");
});

test("markup without an end is read in one go", () => {
  const before = performance.now();
  withoutStyles("<a ".repeat(50_000));
  withoutStyles(`<p ${"style ".repeat(50_000)}`);
  assert.ok(performance.now() - before < 1_000);
});

test("an empty line begins a paragraph, other lines stay lines", () => {
  const slice = plainSlice("\r\nOne\r\ntwo\n \n\nThree\n");
  const doc = schema.node("doc", null, slice.content);
  assert.equal(doc.childCount, 2);
  assert.equal(doc.firstChild?.textBetween(0, doc.firstChild.content.size), "One\ntwo");
  assert.equal(plainSlice("\n \n").content.size, 0);
});
