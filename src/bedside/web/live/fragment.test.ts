import assert from "node:assert/strict";
import { test } from "node:test";
import { fragmentOf, NotRendered } from "./fragment";

test("what is not rendered says why, and only what a person asks for counts as use", async () => {
  const asked: Headers[] = [];
  globalThis.fetch = async (_address, options) => {
    asked.push(new Headers(options?.headers));
    return new Response("", { status: 401 });
  };
  const isSignedOut = (error: unknown): boolean => error instanceof NotRendered && error.status === 401;
  await assert.rejects(fragmentOf("/inbox/waiting"), isSignedOut);
  await assert.rejects(fragmentOf("/calls/cal_a/waiting", { byHand: true }), isSignedOut);
  assert.deepEqual(
    asked.map((headers) => headers.get("hx-request")),
    ["true", "true"],
  );
  assert.deepEqual(
    asked.map((headers) => headers.get("x-background")),
    ["1", null],
  );
});
