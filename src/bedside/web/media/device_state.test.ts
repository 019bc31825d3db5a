import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "./device_failures";
import { isDenied, microphoneOf, noticeOf } from "./device_state";

test("the others are told why a microphone is silent", () => {
  const fine = { track: true, interrupted: false };
  assert.equal(microphoneOf(fine), "ok");
  assert.equal(microphoneOf({ ...fine, interrupted: true }), "interrupted");
  assert.equal(microphoneOf({ track: false, interrupted: false }), "ok", "it is not open yet");
  const seen: Record<Failure, string> = {
    denied: "blocked",
    insecure: "blocked",
    unsupported: "blocked",
    missing: "missing",
    in_use: "interrupted",
    other: "interrupted",
  };
  for (const [failure, state] of Object.entries(seen)) {
    assert.equal(microphoneOf({ track: false, interrupted: false, failure: failure as Failure }), state);
  }
  assert.equal(microphoneOf({ ...fine, failure: "in_use" }), "ok", "another one was tried, and this one goes on");
});

test("two devices that failed have one notice, which does not contradict itself", () => {
  assert.equal(noticeOf({}, true), null);
  assert.deepEqual(noticeOf({ audio: "denied", video: "denied" }, false)?.sentences, ["both_denied"]);
  assert.deepEqual(noticeOf({ audio: "denied", video: "missing" }, false)?.sentences, [
    "audio_denied",
    "video_missing",
  ]);
  assert.deepEqual(noticeOf({ video: "in_use" }, true)?.sentences, ["video_in_use", "you_are_heard"]);
  assert.deepEqual(noticeOf({ video: "in_use" }, false)?.sentences, ["video_in_use"], "muted by choice");
  assert.deepEqual(noticeOf({ audio: "missing" }, false), { kinds: ["audio"], sentences: ["audio_missing"] });
  for (const audio of ["denied", "in_use", "missing", "insecure", "unsupported", "other"] as const) {
    for (const video of ["denied", "in_use", "missing", "insecure", "unsupported", "other"] as const) {
      const notice = noticeOf({ audio, video }, true);
      assert.deepEqual(notice?.kinds, ["audio", "video"]);
      assert.ok(!notice?.sentences.includes("you_are_heard"));
    }
  }
});

test("how to allow something is explained if something is denied", () => {
  assert.ok(isDenied({ audio: "denied" }));
  assert.ok(isDenied({ video: "denied" }));
  assert.ok(!isDenied({ audio: "missing", video: "in_use" }));
});
