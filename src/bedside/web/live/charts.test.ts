import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "./charts";

test("entries come, change and go, and the snapshot before stays as it was", () => {
  const empty = { entries: {} };
  const added = apply(empty, "chart.entry_added", { patient_id: "pat_a", entry_id: "ent_a", state: "scanning" });
  const changed = apply(added, "chart.entry_changed", { patient_id: "pat_a", entry_id: "ent_a", state: "filed" });
  const removed = apply(changed, "chart.entry_removed", { patient_id: "pat_a", entry_id: "ent_a" });
  assert.deepEqual(
    [empty, added, changed, removed].map((one) => one.entries),
    [{}, { ent_a: { state: "scanning" } }, { ent_a: { state: "filed" } }, {}],
  );
  assert.equal(apply(added, "chart.request_changed", { patient_id: "pat_a", entry_id: "ent_a" }), added);
  assert.equal(apply(added, "chart.entry_added", { patient_id: "pat_a" }), added);
});
