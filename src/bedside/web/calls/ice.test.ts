import assert from "node:assert/strict";
import { beforeEach, type TestContext, test } from "node:test";
import { Ice } from "./ice";

const MINUTE = 60_000;
let answers: (Response | Error)[] = [];
let asked = 0;

function given(minutes: number): Response {
  return Response.json({ iceServers: [{ urls: "turn:clinic.example" }], lasts: minutes * MINUTE });
}

/** An answer of the server goes through a few promises. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

function started(context: TestContext): { ice: Ice; changes: RTCConfiguration[] } {
  context.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_700_000_000_000 });
  Object.assign(globalThis, { window: globalThis });
  const changes: RTCConfiguration[] = [];
  const ice = new Ice("/calls/cal_a/ice", (configuration) => changes.push(configuration));
  context.after(() => ice.close());
  return { ice, changes };
}

beforeEach(() => {
  [answers, asked] = [[], 0];
  globalThis.fetch = async () => {
    asked += 1;
    const answer = answers.shift() ?? given(10);
    if (answer instanceof Error) throw answer;
    return answer;
  };
});

test("they are fetched again two minutes before they run out", async (context) => {
  const { ice, changes } = started(context);
  await ice.fetch();
  assert.deepEqual(ice.configuration.iceServers, [{ urls: "turn:clinic.example" }]);
  context.mock.timers.tick(8 * MINUTE - 1);
  assert.equal(asked, 1);
  context.mock.timers.tick(1);
  await settled();
  assert.deepEqual([asked, changes.length], [2, 2]);
});

test("a server that does not answer is asked again soon, and what there is stays", async (context) => {
  const { ice, changes } = started(context);
  await ice.fetch();
  answers.push(new TypeError("no network"), new Response("", { status: 503 }));
  context.mock.timers.tick(8 * MINUTE);
  await settled();
  context.mock.timers.tick(5_000);
  await settled();
  assert.deepEqual([asked, changes.length], [3, 1]);
  assert.equal(ice.configuration.iceServers?.length, 1);
  context.mock.timers.tick(5_000);
  await settled();
  assert.deepEqual([asked, changes.length], [4, 2]);
});

test("a new way begins with credentials that last, and waits no longer than three seconds for them", async (context) => {
  const { ice } = started(context);
  await ice.fetch();
  await ice.fresh();
  assert.equal(asked, 1);
  context.mock.timers.setTime(1_700_000_000_000 + 9.5 * MINUTE); // it has slept, and no timer ran
  globalThis.fetch = () => new Promise(() => undefined);
  let isReady = false;
  void ice.fresh().then(() => (isReady = true));
  await settled();
  assert.equal(isReady, false);
  context.mock.timers.tick(3_000);
  await settled();
  assert.equal(isReady, true);
});

test("asked twice at once, the server is asked once; after the end it is not asked", async (context) => {
  const { ice, changes } = started(context);
  await Promise.all([ice.fetch(), ice.fetch()]);
  assert.equal(asked, 1);
  ice.close();
  context.mock.timers.tick(60 * MINUTE);
  await settled();
  assert.deepEqual([asked, changes.length], [1, 1]);
});
