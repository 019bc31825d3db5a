import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "./messages";

const TOPIC = { topic: "chart:pat_a", version: 7 };

function read(said: object): unknown {
  return messageOf(JSON.stringify(said));
}

test("what the server says is read by its type", () => {
  const data = { entries: {} };
  assert.deepEqual(read({ ...TOPIC, type: "snapshot", data }), { kind: "snapshot", ...TOPIC, data });
  assert.deepEqual(read({ ...TOPIC, type: "elsewhere" }), { kind: "elsewhere", ...TOPIC });
  assert.deepEqual(read({ ...TOPIC, type: "refused" }), { kind: "refused", topic: TOPIC.topic });
  assert.deepEqual(read({ ...TOPIC, type: "chart.entry_added", data }), {
    kind: "event",
    type: "chart.entry_added",
    ...TOPIC,
    data,
  });
});

test("anything else is dropped", () => {
  for (const text of ["", "{", "null", "[]", '"snapshot"', "7"]) assert.equal(messageOf(text), null);
  assert.equal(read({ ...TOPIC, type: "snapshot" }), null);
  assert.equal(read({ ...TOPIC, type: "snapshot", data: [] }), null);
  assert.equal(read({ ...TOPIC, type: 3, data: {} }), null);
  assert.equal(read({ topic: "chart:pat_a", version: "7", type: "snapshot", data: {} }), null);
  assert.equal(read({ version: 7, type: "elsewhere" }), null);
});
