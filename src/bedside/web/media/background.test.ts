import assert from "node:assert/strict";
import { test } from "node:test";
import { blur, type Camera, canBlur } from "./background";

function camera(offered: unknown, fails = false): Camera & { asked: object[] } {
  const asked: object[] = [];
  return {
    asked,
    getCapabilities: () => (offered === undefined ? {} : { backgroundBlur: offered }),
    applyConstraints: (wanted) => {
      asked.push(wanted);
      return fails ? Promise.reject(new Error("OverconstrainedError")) : Promise.resolve();
    },
  };
}

test("only a camera that can do both is offered", () => {
  assert.equal(canBlur(camera([true, false])), true);
  for (const offered of [undefined, [false], [true], [], "true", null]) assert.equal(canBlur(camera(offered)), false);
  assert.equal(canBlur(null), false);
  assert.equal(canBlur({ applyConstraints: () => Promise.resolve() }), false);
});

test("a camera is asked, and one that refuses goes on without", async () => {
  const can = camera([false, true]);
  assert.equal(await blur(can, true), true);
  assert.deepEqual(can.asked, [{ backgroundBlur: true }]);
  assert.equal(await blur(camera([false, true], true), true), false);
  const cannot = camera([false]);
  assert.equal(await blur(cannot, true), false);
  assert.deepEqual(cannot.asked, []);
});
