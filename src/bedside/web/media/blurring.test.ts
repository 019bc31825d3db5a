import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Blurring } from "./blurring";

const kept = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  },
});

beforeEach(() => kept.clear());

/** A camera; `blurs` is what it answers when it is asked to blur, none if it cannot. */
function camera(blurs?: (wanted: boolean) => Promise<void>, facingMode = "user"): MediaStreamTrack {
  return {
    getSettings: () => ({ facingMode }),
    getCapabilities: () => (blurs ? { backgroundBlur: [true, false] } : {}),
    applyConstraints: ({ backgroundBlur }: { backgroundBlur: boolean }) => blurs?.(backgroundBlur),
  } as unknown as MediaStreamTrack;
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("nobody is blurred unasked", () => {
  const blurring = new Blurring();
  const plain = camera();
  blurring.use(plain);
  assert.deepEqual([blurring.state, blurring.picture, blurring.wanted], ["off", plain, false]);
  blurring.use(null);
  assert.equal(blurring.picture, null);
});

test("the room is not shown before the device blurs it", async () => {
  kept.set("bedside-blur", "on");
  let done = (): void => undefined;
  const asked: boolean[] = [];
  const slow = camera((wanted) => {
    asked.push(wanted);
    return new Promise((resolve) => (done = resolve));
  });
  const blurring = new Blurring();
  blurring.use(slow);
  assert.deepEqual([blurring.state, blurring.picture], ["starting", null]);
  done();
  await settled();
  assert.deepEqual([blurring.state, blurring.picture, asked], ["on", slow, [true]]);
});

test("a camera that was closed while it was prepared is not shown", async () => {
  kept.set("bedside-blur", "on");
  const blurring = new Blurring();
  blurring.use(camera(() => Promise.resolve()));
  blurring.use(null);
  await settled();
  assert.deepEqual([blurring.state, blurring.picture], ["off", null]);
});

test("a camera that was changed meanwhile is prepared by itself", async () => {
  kept.set("bedside-blur", "on");
  const blurring = new Blurring();
  const [one, other] = [camera(() => Promise.resolve()), camera(() => Promise.resolve())];
  blurring.use(one);
  blurring.use(other);
  assert.equal(blurring.picture, null);
  await settled();
  assert.equal(blurring.picture, other);
});

test("what cannot be blurred is held until the person knows", async () => {
  kept.set("bedside-blur", "on");
  const refusing = camera(() => Promise.reject(new Error("no")));
  const blurring = new Blurring();
  let heldSeen = false;
  blurring.addEventListener("change", () => (heldSeen ||= blurring.state === "held"));
  blurring.use(refusing);
  await settled();
  assert.deepEqual([blurring.state, blurring.trouble, blurring.picture], ["held", "failed", null]);
  assert.ok(heldSeen);
  blurring.release();
  assert.deepEqual([blurring.state, blurring.picture, blurring.wanted], ["off", refusing, false]);
  assert.equal(kept.get("bedside-blur"), "on", "what failed once is tried in the next call");
});

/** Fails to blur a camera, and has not told anybody yet. */
async function held(): Promise<Blurring> {
  kept.set("bedside-blur", "on");
  const blurring = new Blurring();
  blurring.use(camera(() => Promise.reject(new Error("no"))));
  await settled();
  assert.equal(blurring.state, "held");
  return blurring;
}

test("another camera shows no room either before the person knows", async () => {
  const blurring = await held();
  const [other, able] = [camera(), camera(() => Promise.resolve())];
  for (const one of [other, able, other]) {
    blurring.use(one);
    assert.deepEqual([blurring.state, blurring.trouble, blurring.picture], ["held", "failed", null]);
  }
  blurring.release();
  assert.deepEqual([blurring.state, blurring.picture], ["off", other]);
});

test("a camera that was away for a moment comes back held, also after the back one", async () => {
  const blurring = await held();
  const again = camera();
  blurring.use(null);
  assert.deepEqual([blurring.state, blurring.picture], ["off", null]);
  blurring.use(again);
  assert.deepEqual([blurring.state, blurring.picture], ["held", null]);
  blurring.use(camera(undefined, "environment"));
  assert.equal(blurring.state, "off");
  blurring.use(again);
  assert.deepEqual([blurring.state, blurring.picture], ["held", null]);
});

test("whoever has read it shows the next camera, and may choose the blur again", async () => {
  const read = await held();
  const own = camera();
  read.use(null);
  read.release();
  read.use(own);
  assert.deepEqual([read.state, read.picture], ["off", own]);
  const chosen = await held();
  await chosen.choose(false);
  chosen.use(own);
  assert.deepEqual([chosen.state, chosen.picture], ["off", own]);
});

test("a camera that looks away from the person is shown as it is", () => {
  kept.set("bedside-blur", "on");
  const blurring = new Blurring();
  const back = camera(() => Promise.resolve(), "environment");
  blurring.use(back);
  assert.deepEqual([blurring.state, blurring.picture, blurring.wanted], ["off", back, true]);
});

test("switched off, the device stops, and the choice is forgotten", async () => {
  const asked: boolean[] = [];
  const own = camera((wanted) => {
    asked.push(wanted);
    return Promise.resolve();
  });
  const blurring = new Blurring();
  blurring.use(own);
  await blurring.choose(true);
  await settled();
  assert.equal(kept.get("bedside-blur"), "on");
  await blurring.choose(false);
  assert.deepEqual([blurring.state, blurring.picture, asked], ["off", own, [true, false]]);
  assert.equal(kept.has("bedside-blur"), false);
});

test("released when nothing is held, nothing changes", async () => {
  kept.set("bedside-blur", "on");
  const blurring = new Blurring();
  blurring.use(camera(() => new Promise(() => undefined)));
  blurring.release();
  assert.deepEqual([blurring.state, blurring.picture], ["starting", null]);
});
