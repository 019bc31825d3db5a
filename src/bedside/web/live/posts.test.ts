import assert from "node:assert/strict";
import { before, test } from "node:test";
import { post, startPosts } from "./posts";

let isThere = true;
const asked: string[] = [];
const done: string[] = [];

before(() => {
  Object.assign(globalThis, {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { querySelector: () => null }),
  });
  globalThis.fetch = async (address, options) => {
    if (!isThere) throw new TypeError("no network");
    asked.push(`${String(address)} ${String(options?.body)}`);
    return address === "/refused" ? Response.json({ sentence: "No." }, { status: 409 }) : new Response("{}");
  };
  startPosts();
});

function press(address: string): void {
  post(address, { reviewed: "yes" }, (ok, sentence) => done.push(`${address} ${ok} ${sentence}`));
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

test("posts wait for a connection, and go out once each, in order", async () => {
  isThere = false;
  for (const address of ["/first", "/refused", "/third"]) press(address);
  await settled();
  document.dispatchEvent(new Event("bedside:connected"));
  await settled();
  assert.equal(done.length, 0);
  isThere = true;
  document.dispatchEvent(new Event("bedside:connected"));
  window.dispatchEvent(new Event("online"));
  await settled();
  assert.deepEqual(asked, ["/first reviewed=yes", "/refused reviewed=yes", "/third reviewed=yes"]);
  assert.deepEqual(done, ["/first true ", "/refused false No.", "/third true "]);
});

test("an answer of a proxy while the server starts again is none", async () => {
  const served = globalThis.fetch;
  globalThis.fetch = async () => new Response("<h1>Bad gateway</h1>", { status: 502 });
  press("/fourth");
  await settled();
  assert.equal(done.filter((one) => one.startsWith("/fourth")).length, 0);
  globalThis.fetch = served;
  document.dispatchEvent(new Event("bedside:connected"));
  await settled();
  assert.ok(done.includes("/fourth true "));
});
