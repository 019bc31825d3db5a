import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { AS_IT_CAME, brighter, keepView, viewOf } from "./photo_views";

const KEY = "bedside-photo-views";
let tab: Map<string, string>;

beforeEach(() => {
  tab = new Map();
  const sessionStorage = {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, value: string) => tab.set(key, value),
  };
  Object.assign(globalThis, { sessionStorage });
});

test("each file has its own view, and one that came back to normal has none", () => {
  const turned = { ...AS_IT_CAME, turn: 90, light: 140 };
  keepView("ent_a", turned);
  keepView("ent_b", { ...AS_IT_CAME, scale: 4, x: -0.25 });
  assert.deepEqual(viewOf("ent_a"), turned);
  assert.equal(viewOf("ent_b").scale, 4);
  assert.deepEqual(viewOf("ent_c"), AS_IT_CAME);
  keepView("ent_a", AS_IT_CAME);
  keepView("ent_b", AS_IT_CAME);
  assert.equal(tab.get(KEY), "[]");
});

test("of very many, the latest stay", () => {
  for (let number = 0; number < 130; number += 1) keepView(`ent_${number}`, { ...AS_IT_CAME, turn: 90 });
  keepView("ent_60", { ...AS_IT_CAME, turn: 180 });
  assert.equal(viewOf("ent_29").turn, 0);
  assert.equal(viewOf("ent_30").turn, 90);
  assert.equal(viewOf("ent_60").turn, 180);
});

for (const broken of ["{", "null", "7", '[["ent_a"]]', '[["ent_a",{"scale":"2"}]]', '[null,["ent_a",null]]']) {
  test(`what makes no sense is a photo as it came: ${broken}`, () => {
    tab.set(KEY, broken);
    assert.deepEqual(viewOf("ent_a"), AS_IT_CAME);
  });
}

test("light stays where something can be seen", () => {
  assert.equal(brighter(100, 1), 120);
  assert.equal(brighter(100, -50), 40);
  assert.equal(brighter(240, 1), 250);
});
