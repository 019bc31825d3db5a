import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { KeptForm } from "../uploading/kept_forms";
import { KeptWords } from "./kept_words";

let tab: Map<string, string>;

beforeEach(() => {
  tab = new Map();
  const sessionStorage = {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, value: string) => tab.set(key, value),
    removeItem: (key: string) => tab.delete(key),
  };
  Object.assign(globalThis, { sessionStorage });
});

function shelf() {
  const forms = new Map<string, KeptForm>();
  const acts: string[] = [];
  return {
    forms,
    acts,
    keep: (form: KeptForm) => {
      acts.push(`keep ${form.fields[0]?.[1]}`);
      forms.set(form.name, form);
      return Promise.resolve(true);
    },
    get: (name: string) => Promise.resolve(forms.get(name) ?? null),
    forget: (name: string) => {
      acts.push("forget");
      return Promise.resolve(forms.delete(name));
    },
  };
}

test("words of staff are on their shelf, and nothing of them is in the tab", async () => {
  const mine = shelf();
  const words = new KeptWords("note-1", mine);
  words.write("Möglich: Gürtelrose, اسم");
  assert.equal(await words.read(), "Möglich: Gürtelrose, اسم");
  assert.equal(await new KeptWords("note-1", mine).read(), "Möglich: Gürtelrose, اسم");
  assert.equal(await new KeptWords("note-2", mine).read(), "");
  assert.equal(tab.size, 0);
  words.write("");
  assert.equal(await words.read(), "");
  assert.equal(mine.forms.size, 0);
});

test("of words that come faster than they are kept, only the last are written", async () => {
  const mine = shelf();
  const words = new KeptWords("chat", mine);
  for (const text of ["a", "ab", "abc", "abcd"]) words.write(text);
  assert.equal(await words.read(), "abcd");
  assert.deepEqual(mine.acts, ["keep abcd"]);
  words.write("abcde");
  words.write("");
  await words.read();
  assert.equal(mine.forms.size, 0);
});

test("what an earlier version left in the tab in clear is taken over and removed", async () => {
  tab.set("bedside-chat-draft-vis_a-1", "half a sentence");
  assert.equal(await new KeptWords("chat-draft-vis_a-1", shelf()).read(), "half a sentence");
  assert.equal(tab.size, 0);
});

test("a patient's words stay in the tab", async () => {
  const words = new KeptWords("chat-draft-vis_a-1", null);
  words.write("My knee hurts");
  assert.equal(tab.get("bedside-chat-draft-vis_a-1"), "My knee hurts");
  assert.equal(await words.read(), "My knee hurts");
  words.write("");
  assert.equal(tab.size, 0);
});
