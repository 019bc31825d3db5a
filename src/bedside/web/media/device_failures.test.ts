import assert from "node:assert/strict";
import { test } from "node:test";
import { browserOf, failureOf } from "./device_failures";

test("the way to permissions is that of the browser", () => {
  const agents = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1": "ios",
    "Mozilla/5.0 (Linux; Android 10; K) Chrome/120.0.0.0 Mobile Safari/537.36": "android",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "firefox",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17.0 Safari/605.1.15": "safari",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36": "desktop",
  };
  for (const [agent, browser] of Object.entries(agents)) assert.equal(browserOf(agent), browser);
});

test("what getUserMedia throws is one of few failures", () => {
  const failures = {
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotReadableError: "in_use",
    AbortError: "in_use",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
  };
  for (const [name, failure] of Object.entries(failures)) assert.equal(failureOf(new DOMException("", name)), failure);
});
