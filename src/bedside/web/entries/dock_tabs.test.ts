import assert from "node:assert/strict";
import { test } from "node:test";
import { DockTabs, readKept } from "./dock_tabs";

function three(): DockTabs {
  const tabs = new DockTabs();
  tabs.open("vis_a", "chat", "Maya", "born 14 March 1991");
  tabs.open("vis_b", "files", "Maya", "born 2 May 1950");
  tabs.open("vis_c", "chat", "Kofi", "Date of birth not known");
  return tabs;
}

test("a patient has one tab, whatever is opened", () => {
  const tabs = three();
  tabs.open("vis_a", "files", "Maya Lindqvist", "born 14 March 1991");
  assert.deepEqual(
    tabs.all.map((one) => [one.visit, one.app]),
    [
      ["vis_a", "files"],
      ["vis_b", "files"],
      ["vis_c", "chat"],
    ],
  );
  assert.equal(tabs.front?.name, "Maya Lindqvist");
});

test("a closed tab gives its place to the next one, the last one to the one before", () => {
  const tabs = three();
  assert.equal(tabs.close()?.visit, "vis_b");
  tabs.open("vis_a", "chat", "Maya", "");
  assert.equal(tabs.close()?.visit, "vis_b");
  assert.equal(tabs.close(), undefined);
  assert.equal(tabs.front, undefined);
  assert.equal(tabs.close(), undefined);
});

test("keys go around the ends", () => {
  const tabs = three();
  assert.equal(tabs.beside(1)?.visit, "vis_a");
  assert.equal(tabs.beside(-1)?.visit, "vis_b");
  assert.equal(new DockTabs().beside(1), undefined);
});

test("what is kept are ids, and the next page has the same tabs again", () => {
  const before = three();
  before.open("vis_b", "files", "Maya", "born 2 May 1950");
  const text = before.kept();
  for (const words of ["Maya", "Kofi", "born"]) assert.ok(!text.includes(words));
  const { tabs, front } = readKept(text);
  assert.deepEqual(tabs, [
    ["vis_a", "chat"],
    ["vis_b", "files"],
    ["vis_c", "chat"],
  ]);
  const after = new DockTabs();
  after.putBack(
    tabs.map(([visit, app]) => ({ visit, app, name: "", born: "" })),
    front,
  );
  assert.equal(after.front?.visit, "vis_b");
  assert.equal(after.kept(), text);
});

test("what was opened meanwhile stays in front, and the neighbour of one that is gone comes there", () => {
  const maya = { visit: "vis_a", app: "chat", name: "Maya", born: "" };
  const tabs = new DockTabs();
  tabs.open("vis_n", "files", "Noor", "");
  tabs.putBack([maya], "vis_a");
  assert.equal(tabs.front?.visit, "vis_n");
  assert.deepEqual(
    tabs.all.map((one) => one.visit),
    ["vis_a", "vis_n"],
  );
  tabs.putBack([maya], "vis_a");
  assert.equal(tabs.all.length, 2);
  const alone = new DockTabs();
  alone.putBack([maya], "vis_gone");
  assert.equal(alone.front?.visit, "vis_a");
});

test("anything else that is kept is no tab", () => {
  assert.equal(new DockTabs().kept(), "");
  for (const text of ["", "no", "[]", "null", '{"tabs":7,"front":""}', '{"tabs":[[1,2]],"front":""}', '{"tabs":[]}'])
    assert.deepEqual(readKept(text), { tabs: [], front: "" });
});
