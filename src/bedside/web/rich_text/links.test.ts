import assert from "node:assert/strict";
import { test } from "node:test";
import { meant } from "./links";
import { isAddress } from "./schema";

test("people leave out how an address begins", () => {
  assert.equal(meant(" www.clinic.example/a?b=c "), "https://www.clinic.example/a?b=c");
  assert.equal(meant("clinic.example:8080/a"), "https://clinic.example:8080/a");
  assert.equal(meant("name@clinic.example"), "mailto:name@clinic.example");
  assert.equal(meant("+46 8 7700-100"), "tel:+4687700100");
  assert.equal(meant("http://clinic.example"), "http://clinic.example");
});

test("what leads nowhere, or runs, is no address", () => {
  for (const typed of ["", "the page", "javascript:alert(1)", "data:text/html,x", "file:///etc", "https://a b", "112"])
    assert.equal(isAddress(meant(typed)), false, typed);
  assert.equal(isAddress(`https://a.example/${"x".repeat(2_000)}`), false);
});
