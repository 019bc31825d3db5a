import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drafts, forgetDrafts } from "./drafts";

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
});

function keep(name: string) {
  return {
    read: () => Promise.resolve(kept.get(name) ?? ""),
    write: (words: string) => void (words ? kept.set(name, words) : kept.delete(name)),
  };
}

async function drafts(visit: string, leg: string): Promise<Drafts> {
  const made = new Drafts(visit, leg, keep);
  await made.ready;
  return made;
}

test("what is written stays with its leg of the visit", async () => {
  (await drafts("vis_a", "1")).draft = "half a sentence";
  assert.equal((await drafts("vis_a", "1")).draft, "half a sentence");
  assert.equal((await drafts("vis_a", "2")).draft, "");
  (await drafts("vis_a", "1")).draft = "";
  assert.equal(kept.size, 0);
});

test("what is not sent waits in order, once each, until it is dropped", async () => {
  const first = await drafts("vis_a", "1");
  first.add({ draft: "drf_1", body: "first" });
  first.add({ draft: "drf_2", body: "second" });
  const again = await drafts("vis_a", "1");
  assert.deepEqual(
    again.unsent.map((one) => one.body),
    ["first", "second"],
  );
  again.drop("drf_1");
  assert.deepEqual(again.unsent, [{ draft: "drf_2", body: "second" }]);
  again.drop("drf_2");
  assert.equal(kept.size, 0);
});

test("an ended visit leaves no words in the tab, and takes none of another one", () => {
  const inTab = new Map<string, string>();
  for (const name of ["bedside-chat-draft-vis_a-1", "bedside-chat-unsent-vis_a-2"]) inTab.set(name, "words");
  for (const name of ["bedside-chat-draft-vis_b-1", "chosen-vis_a-1"]) inTab.set(name, "others");
  const sessionStorage = {
    key: (place: number) => [...inTab.keys()][place] ?? null,
    removeItem: (name: string) => inTab.delete(name),
    get length() {
      return inTab.size;
    },
  };
  Object.assign(globalThis, { sessionStorage });
  forgetDrafts("vis_a");
  assert.deepEqual([...inTab.values()], ["others", "others"]);
});

test("who is faster than the browser's storage loses neither old nor new words", async () => {
  const before = await drafts("vis_a", "1");
  before.add({ draft: "drf_1", body: "first" });
  before.draft = "old";
  const quick = new Drafts("vis_a", "1", keep);
  quick.draft = "new";
  quick.add({ draft: "drf_2", body: "second" });
  await quick.ready;
  assert.equal(quick.draft, "new");
  assert.deepEqual(
    quick.unsent.map((one) => one.body),
    ["first", "second"],
  );
});

for (const broken of ["{", "{}", "null", '"text"']) {
  test(`what cannot be read is as if nothing waited: ${broken}`, async () => {
    kept.set("chat-unsent-vis_a-1", broken);
    assert.deepEqual((await drafts("vis_a", "1")).unsent, []);
  });
}
