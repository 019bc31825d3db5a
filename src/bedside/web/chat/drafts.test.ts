import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drafts } from "./drafts";

beforeEach(() => {
  const kept = new Map<string, string>();
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  Object.assign(globalThis, { sessionStorage });
});

test("what is written stays with its leg of the visit", () => {
  new Drafts("vis_a", "1").draft = "half a sentence";
  assert.equal(new Drafts("vis_a", "1").draft, "half a sentence");
  assert.equal(new Drafts("vis_a", "2").draft, "");
  new Drafts("vis_a", "1").draft = "";
  assert.equal(sessionStorage.getItem("bedside-chat-draft-vis_a-1"), null);
});

test("what is not sent waits in order, once each, until it is dropped", () => {
  const drafts = new Drafts("vis_a", "1");
  drafts.add({ draft: "drf_1", body: "first" });
  drafts.add({ draft: "drf_2", body: "second" });
  assert.deepEqual(
    new Drafts("vis_a", "1").unsent.map((one) => one.body),
    ["first", "second"],
  );
  drafts.drop("drf_1");
  assert.deepEqual(drafts.unsent, [{ draft: "drf_2", body: "second" }]);
});

test("what cannot be read is as if nothing waited", () => {
  sessionStorage.setItem("bedside-chat-unsent-vis_a-1", "{");
  assert.deepEqual(new Drafts("vis_a", "1").unsent, []);
});
