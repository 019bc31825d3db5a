import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, applyEvent, type CallState } from "./state";

const START: CallState = {
  call_id: "cal_a",
  state: "active",
  mode: "video",
  topology: "direct",
  participants: {},
  apps: {},
};
const MAYA = { kind: "patient", state: "joined", connection_id: "con_a", muted: false, camera: true, sharing: false };

test("a snapshot is the state, and nothing is known before it", () => {
  const event = {
    kind: "event",
    topic: "call:cal_a",
    version: 2,
    type: "call.changed",
    data: { state: "ended" },
  } as const;
  assert.equal(apply(null, event), null);
  const snapshot = { kind: "snapshot", topic: "call:cal_a", version: 1, data: { ...START } } as const;
  assert.deepEqual(apply(null, snapshot), START);
  assert.equal(apply(START, event)?.state, "ended");
});

test("people and apps are put in place by their ids, and the state before stays as it was", () => {
  const joined = applyEvent(START, "call.participant_changed", { call_id: "cal_a", participant_id: "prt_a", ...MAYA });
  const muted = applyEvent(joined, "call.participant_changed", {
    call_id: "cal_a",
    participant_id: "prt_a",
    ...MAYA,
    muted: true,
  });
  const drawn = applyEvent(muted, "call.app_changed", { call_id: "cal_a", app: "whiteboard", shown: true });
  assert.deepEqual([START.participants, joined.participants], [{}, { prt_a: MAYA }]);
  assert.equal(drawn.participants.prt_a?.muted, true);
  assert.deepEqual(drawn.apps, { whiteboard: { shown: true } });
  assert.equal(applyEvent(drawn, "call.media_interrupted", { call_id: "cal_a" }), drawn);
});
