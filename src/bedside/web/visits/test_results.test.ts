import assert from "node:assert/strict";
import { test } from "node:test";
import { foundSoFar, goOnName } from "./test_results";

const LISTENING = { listens: true, isSilent: true, isOver: false };

test("a test that is not over tells what it has found", () => {
  const found = foundSoFar({ camera: "blocked", microphone: "blocked" }, { ...LISTENING, listens: false });
  assert.deepEqual(found, {
    camera: "blocked",
    microphone: "blocked",
    speaker: "skipped",
    connection: "skipped",
    relay: "skipped",
  });
});

test("a microphone is silent only if nothing came until the end", () => {
  assert.equal(foundSoFar({}, LISTENING).microphone, "skipped");
  assert.equal(foundSoFar({}, { ...LISTENING, isOver: true }).microphone, "failed");
  assert.equal(foundSoFar({}, { ...LISTENING, isSilent: false }).microphone, "ok");
  assert.equal(foundSoFar({}, { listens: false, isSilent: true, isOver: true }).microphone, "skipped");
  assert.equal(foundSoFar({ microphone: "ok" }, { ...LISTENING, isOver: true }).microphone, "ok");
});

test("“without a camera” does not cover the microphone", () => {
  assert.equal(goOnName({}), "go_on");
  assert.equal(goOnName({ camera: "ok", microphone: "ok" }), "go_on");
  assert.equal(goOnName({ camera: "blocked", microphone: "ok" }), "go_on_without_camera");
  assert.equal(goOnName({ camera: "missing" }), "go_on_without_camera");
  assert.equal(goOnName({ camera: "ok", microphone: "blocked" }), "go_on_without_microphone");
  assert.equal(goOnName({ camera: "failed", microphone: "missing" }), "go_on_without_both");
});
