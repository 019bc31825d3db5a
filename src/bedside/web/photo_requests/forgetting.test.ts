import assert from "node:assert/strict";
import { test } from "node:test";
import { fateOf, type Known } from "./forgetting";

const here: Known = { request: "req_b", person: "maya", until: 2_000 };
const now = 1_000;

test("requests of the same person stay until their links end", () => {
  assert.equal(fateOf({ request: "req_a", person: "maya", until: 1_500 }, here, now, false), "keep");
  assert.equal(fateOf({ request: "req_a", person: "maya", until: 999 }, here, now, false), "all");
});

test("what somebody else has only chosen or typed goes, what they agreed to send stays", () => {
  assert.equal(fateOf({ request: "req_a", person: "tomas", until: 1_500 }, here, now, false), "all");
  assert.equal(fateOf({ request: "req_a", person: "tomas", until: 1_500 }, here, now, true), "unagreed");
  assert.equal(fateOf({ request: "req_a", person: "tomas", until: 999 }, here, now, true), "all");
});

test("nobody knows whose it is: it goes, unless it was agreed to", () => {
  assert.equal(fateOf(undefined, here, now, false), "all");
  assert.equal(fateOf(undefined, here, now, true), "unagreed");
});
