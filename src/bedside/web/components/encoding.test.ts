import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes, toText } from "./encoding";

test("bytes come back from base64url, of any length and value", () => {
  for (let length = 0; length < 8; length += 1) {
    const bytes = Uint8Array.from({ length }, (_none, index) => 255 - index * 5);
    const text = toText(bytes.buffer);
    assert.equal(text, Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(toBytes(text), bytes);
  }
});
