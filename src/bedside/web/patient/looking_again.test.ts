import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen } from "./looking_again";

test("only a page that is not that of a closed room counts as open", () => {
  assert.equal(isOpen(true, "<h1>Check in</h1>"), true);
  assert.equal(isOpen(true, '<a href="/r/reception" data-looks-again="">'), false);
  assert.equal(isOpen(false, "<h1>Something went wrong</h1>"), false);
});
