import assert from "node:assert/strict";
import { test } from "node:test";
import { pushed } from "./pushed";

function data(text: string): { json(): unknown } {
  return { json: () => JSON.parse(text) as unknown };
}

const NOTHING = { title: "Bedside", body: "Something is new. Open Bedside to see it.", path: "/" };

test("what was sent is shown", () => {
  const sent = { title: "Somebody is waiting", body: "In the room “Derma 2”.", path: "/rooms/rom_1?a=b#c" };
  assert.deepEqual(pushed(data(JSON.stringify(sent))), sent);
});

for (const text of [
  "",
  "hello",
  "null",
  "7",
  "[]",
  '"words"',
  "{}",
  '{"title": 7, "body": null}',
  '{"title": " "}',
  "{",
]) {
  test(`a push with ${text || "nothing"} shows something`, () => assert.deepEqual(pushed(data(text)), NOTHING));
}

test("a push without data shows something", () => assert.deepEqual(pushed(null), NOTHING));

test("a title alone, or a body alone, is enough", () => {
  assert.deepEqual(pushed(data('{"title": "Hello"}')), { title: "Hello", body: "", path: "/" });
  assert.deepEqual(pushed(data('{"body": "Hello"}')), { title: "Bedside", body: "Hello", path: "/" });
});

for (const path of [
  "//evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
  "rooms",
  "/\\evil.example",
  7,
  "",
]) {
  test(`${String(path)} is no page of this site`, () => {
    assert.equal(pushed(data(JSON.stringify({ title: "x", path }))).path, "/");
  });
}
