import assert from "node:assert/strict";
import { test } from "node:test";
import { DockTabs } from "./dock_tabs";

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
