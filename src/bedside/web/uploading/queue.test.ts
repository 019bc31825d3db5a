import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Encryption } from "./encrypting";
import { type Item, Queue } from "./queue";
import { type Server, served } from "./tus.fake";

const KEY = "0f".repeat(32);
let server: Server;
let queue: Queue;
let arrived: string[];

beforeEach(() => {
  server = served();
  arrived = [];
  // A browser that keeps nothing: no IndexedDB, no locks, no other pages.
  const timers = { setTimeout: () => 0, clearTimeout: () => undefined };
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.assign(globalThis, { window: Object.assign(new EventTarget(), timers), document });
  Reflect.deleteProperty(globalThis, "BroadcastChannel");
  queue = new Queue("acc_a", KEY, { changed: () => undefined, arrived: ({ file }) => arrived.push(file.name) });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !isSo(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(isSo());
}

async function choose(...names: string[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const name of names)
    items.push(await queue.add(new File([`words of ${name}`], name), { patient: "pat_a", name }));
  return items;
}

function said(): Record<string, string> {
  const pairs = server.metadata.split(",").map((pair) => pair.split(" "));
  return Object.fromEntries(pairs.map(([key, value]) => [key, Buffer.from(value ?? "", "base64").toString()]));
}

test("nothing is sent before somebody says so", async () => {
  await choose("knee.jpg");
  assert.deepEqual([queue.items[0]?.place, queue.items[0]?.survives, server.asked.length], ["chosen", false, 0]);
});

test("all of it goes, with what is said about it and by whom", async () => {
  await queue.send(await choose("a", "b", "c"), "It hurts.", "imaging");
  await until(() => queue.items.length === 0);
  assert.deepEqual(arrived.sort(), ["a", "b", "c"]);
  assert.deepEqual(server.arrived.sort(), ["words of a", "words of b", "words of c"]);
  assert.deepEqual([said().comment, said().category, said().owner], ["It hurts.", "imaging", "acc_a"]);
});

test("a file stays until the server has acknowledged all of it, and goes on from where it was", async () => {
  server.faults.push(null, { after: 6 });
  const [item] = await choose("a long report");
  Object.assign(navigator, { onLine: false });
  await queue.send([item!], "", "other");
  await until(() => item?.place === "lost");
  assert.equal(queue.items.length, 1);
  Object.assign(navigator, { onLine: true });
  queue.again(item!);
  await until(() => queue.items.length === 0);
  assert.deepEqual([server.arrived, server.asked.slice(-2)], [["words of a long report"], ["HEAD", "PATCH"]]);
});

test("a refused file stays with the reason, and others go on", async () => {
  server.faults.push({ status: 415, body: '{"sentence":"This is a program."}' });
  await queue.send(await choose("program.exe", "knee.jpg"), "", "other");
  await until(() => arrived.length === 1);
  const [left] = queue.items;
  assert.deepEqual(
    [left?.file.name, left?.place, left?.file.sentence],
    ["program.exe", "refused", "This is a program."],
  );
  await queue.remove(left!);
  assert.equal(queue.items.length, 0);
});

test("a session that has ended makes files wait, and takes none away", async () => {
  server.faults.push({ status: 401, body: '{"code":"not_signed_in"}' });
  const [item] = await choose("knee.jpg");
  await queue.send([item!], "", "other");
  await until(() => item?.place === "away");
  queue.again(item!);
  await until(() => queue.items.length === 0);
});

test("photos of pages go when their document has arrived, and not before", async () => {
  const page = { order: 1, corners: [], clear: true, document: "" };
  await queue.add(new Blob(["photo"]), { patient: "pat_a", name: "Page 1", page });
  const [document] = await choose("Document.pdf");
  await queue.change(queue.pages("")[0]!, { page: { ...page, document: document!.file.id } });
  assert.deepEqual([queue.files.length, queue.pages("").length, queue.pages(document!.file.id).length], [1, 0, 1]);
  await queue.send([document!], "", "other");
  await until(() => queue.items.length === 0);
  assert.deepEqual(server.arrived, ["words of Document.pdf"]);
});

test("what is encrypted opens for its owner only, whole and in its place", async () => {
  const [mine, theirs] = [new Encryption(KEY), new Encryption("aa".repeat(32))];
  const file = new Blob([new Uint8Array(2_500_000).map((_, index) => index % 251)]);
  const sealed = await mine.sealedFile(file, "acc_a/1");
  assert.deepEqual(await (await mine.openedFile(sealed, "acc_a/1", "")).arrayBuffer(), await file.arrayBuffer());
  await assert.rejects(theirs.openedFile(sealed, "acc_a/1", ""));
  await assert.rejects(mine.openedFile(sealed, "acc_a/2", ""));
  await assert.rejects(mine.openedFile(sealed.slice(0, 1_048_604), "acc_a/1", ""));
});
