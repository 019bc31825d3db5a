import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { HERE, type Server, served } from "./tus.fake";
import { type Item, Uploads } from "./uploads";

const LIMIT = 1_000;
let server: Server;
let uploads: Uploads;

beforeEach(() => {
  server = served();
  // A browser that keeps nothing: no IndexedDB, no locks.
  const timers = { setTimeout: () => 0, clearTimeout: () => undefined };
  Object.assign(globalThis, { window: Object.assign(new EventTarget(), timers) });
  uploads = new Uploads(HERE.replace("/uploads", ""), "stf_a", "pat_a", LIMIT, () => undefined);
});

/** Takes files that are chosen at the same time. */
async function choose(...texts: string[]): Promise<Item[]> {
  for (const text of texts) assert.equal(await uploads.add(new File([text], `${text}.txt`), "imaging"), null);
  return [...uploads.items];
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !isSo(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(isSo());
}

function states(items: readonly Item[]): string[] {
  return items.map((item) => item.state);
}

test("three are sent at the same time, and the others follow", async () => {
  server.hold();
  const items = await choose("a", "b", "c", "d", "e");
  assert.deepEqual(states(items), ["sending", "sending", "sending", "waiting", "waiting"]);
  server.release();
  await until(() => uploads.unfinished.length === 0);
  assert.deepEqual(states(items), ["done", "done", "done", "done", "done"]);
  assert.deepEqual(server.arrived.sort(), ["a", "b", "c", "d", "e"]);
});

test("what is too large or empty is not even sent", async () => {
  assert.equal(await uploads.add(new File(["x".repeat(LIMIT + 1)], "large.txt"), ""), "tooLarge");
  assert.equal(await uploads.add(new File([], "empty.txt"), ""), "empty");
  assert.deepEqual([uploads.items.length, server.asked.length], [0, 0]);
});

test("a refusal says why, and makes room for the next", async () => {
  server.faults.push({ status: 415, body: '{"sentence":"This is a program."}' });
  const items = await choose("a", "b", "c", "d");
  await until(() => uploads.unfinished.length === 0);
  assert.deepEqual(states(items), ["refused", "done", "done", "done"]);
  assert.equal(items[0]?.sentence, "This is a program.");
});

test("a lost network stops it, and it goes on where it was when the network is back", async () => {
  server.faults.push(null, { after: 4 });
  const [item] = await choose("a long report");
  Object.assign(navigator, { onLine: false });
  await until(() => item?.state === "lost");
  Object.assign(navigator, { onLine: true });
  window.dispatchEvent(new Event("online"));
  await until(() => item?.state === "done");
  assert.deepEqual(server.asked, ["POST", "PATCH", "HEAD", "PATCH"]);
  assert.deepEqual(server.arrived, ["a long report"]);
});

test("signed out is no refusal: it goes on after the sign-in", async () => {
  server.faults.push({ status: 401 });
  const [item] = await choose("a");
  await until(() => item?.state === "failed");
  assert.equal(item?.signedOut, true);
  if (item) uploads.again(item);
  await until(() => item?.state === "done");
  assert.equal(item?.signedOut, false);
});

test("what is paused waits until it is wanted again", async () => {
  server.hold();
  const [item] = await choose("a long report");
  if (item) uploads.pause(item);
  server.release();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(item?.state, "paused");
  if (item) uploads.again(item);
  await until(() => item?.state === "done");
  assert.ok(server.arrived.includes("a long report"));
});

test("what is cancelled on its way is dropped at the server too", async () => {
  server.faults.push(null, { after: 4 });
  const [item] = await choose("a long report");
  Object.assign(navigator, { onLine: false });
  await until(() => item?.state === "lost");
  if (item) await uploads.cancel(item);
  assert.deepEqual([uploads.items, server.arrived], [[], []]);
  assert.equal(server.asked.at(-1), "DELETE");
});
