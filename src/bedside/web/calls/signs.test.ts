import assert from "node:assert/strict";
import { test } from "node:test";
import { signOf } from "./signs";

const HERE = { kind: "patient", microphone: "ok", muted: false, camera: true } as const;

test("a tile says what is true of the microphone, and of the camera if that is all", () => {
  assert.equal(signOf(HERE, true), "");
  assert.equal(signOf({ ...HERE, muted: true }, true), "muted");
  assert.equal(signOf({ ...HERE, muted: true, microphone: "interrupted" }, true), "interrupted");
  assert.equal(signOf({ ...HERE, muted: true, microphone: "missing", camera: false }, true), "missing");
  assert.equal(signOf({ ...HERE, muted: true, microphone: "blocked" }, true), "blocked-on-phone");
  assert.equal(signOf({ ...HERE, kind: "staff", muted: true, microphone: "blocked" }, true), "blocked");
  assert.equal(signOf({ ...HERE, kind: "guest", muted: true, microphone: "blocked" }, true), "blocked");
});

test("a camera that is off is said in a video call only", () => {
  assert.equal(signOf({ ...HERE, camera: false }, true), "camera-off");
  assert.equal(signOf({ ...HERE, camera: false }, false), "");
});

test("a page of before the upgrade says nothing of its microphone", () => {
  const before = { kind: "patient", muted: true, camera: true } as unknown as typeof HERE;
  assert.equal(signOf(before, true), "muted");
});
