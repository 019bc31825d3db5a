import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { discard, type Follower, type Stop, TusUpload } from "./tus";
import { HERE, type Server, served } from "./tus.fake";

const FILE = new Blob(["a long report, line after line"]);

let server: Server;

/** An upload, and what it told, as lines. */
function begun({ address = "", retryDelays = [0, 0] } = {}): { upload: TusUpload; told: string[]; stops: Stop[] } {
  const told: string[] = [];
  const stops: Stop[] = [];
  const follower: Follower = {
    announced: () => told.push("announced"),
    named: (file) => told.push(`named ${file}`),
    addressed: (where) => told.push(`addressed ${where}`),
    retried: () => told.push("retried"),
    moved: (sent) => told.push(`moved ${sent}`),
    arrived: () => told.push("arrived"),
    stopped: (why) => {
      told.push("stopped");
      stops.push(why);
    },
  };
  const upload = new TusUpload(
    FILE,
    { endpoint: HERE, address, metadata: { filename: "report.txt" }, retryDelays },
    follower,
  );
  upload.start();
  return { upload, told, stops };
}

beforeEach(() => {
  server = served();
});

test("a file is announced, named, and arrives in one piece", async () => {
  const { upload, told } = begun();
  await upload.over;
  assert.deepEqual(server.asked, ["POST", "PATCH"]);
  assert.deepEqual(server.arrived, [await FILE.text()]);
  assert.equal(server.metadata, `filename ${btoa("report.txt")}`);
  assert.deepEqual(told.slice(0, 3), ["announced", "named fil_1", `addressed ${HERE}/upl_1`]);
  assert.deepEqual([told.at(-2), told.at(-1)], [`moved ${FILE.size}`, "arrived"]);
});

test("after a lost network it goes on from the last byte that the server has", async () => {
  server.faults.push(null, { after: 7 });
  const { upload, told } = begun();
  await upload.over;
  assert.deepEqual(server.asked, ["POST", "PATCH", "HEAD", "PATCH"]);
  assert.deepEqual(server.arrived, [await FILE.text()]);
  assert.equal(told.filter((line) => line === "retried").length, 1);
  assert.equal(told.at(-1), "arrived");
});

test("with its address it goes on after a reload, and is not announced again", async () => {
  server.faults.push(null, { after: 12 });
  const first = begun({ retryDelays: [] });
  await first.upload.over;
  assert.equal(first.told.at(-1), "stopped");
  const { upload, told } = begun({ address: `${HERE}/upl_1` });
  await upload.over;
  assert.deepEqual(server.asked, ["POST", "PATCH", "HEAD", "PATCH"]);
  assert.deepEqual(server.arrived, [await FILE.text()]);
  assert.ok(!told.includes("announced"));
});

test("what the server does not have any more begins from the start", async () => {
  server.faults.push({ status: 404 });
  const { upload, told } = begun({ address: `${HERE}/upl_0` });
  await upload.over;
  assert.deepEqual(server.asked, ["HEAD", "POST", "PATCH"]);
  assert.ok(told.includes(`addressed ${HERE}/upl_1`));
  assert.deepEqual(server.arrived, [await FILE.text()]);
});

test("a refusal stops it at once, with the server's sentence", async () => {
  server.faults.push({ status: 415, body: '{"code":"file_refused_program","sentence":"This is a program."}' });
  const { upload, told, stops } = begun();
  await upload.over;
  assert.deepEqual(stops, [
    { status: 415, code: "file_refused_program", sentence: "This is a program.", isFinal: true },
  ]);
  assert.ok(!told.includes("retried"));
});

test("a server that fails is asked again, and then it stops without a refusal", async () => {
  server.faults.push({ status: 503 }, { status: 503 }, { status: 503, body: "<h1>busy</h1>" });
  const { upload, told, stops } = begun();
  await upload.over;
  assert.deepEqual(server.asked, ["POST", "POST", "POST"]);
  assert.equal(told.filter((line) => line === "retried").length, 2);
  assert.deepEqual(stops, [{ status: 503, code: "", sentence: "", isFinal: false }]);
});

test("what passes by itself refuses nothing", async () => {
  for (const status of [408, 409, 423, 425, 429, 460]) {
    server.faults.push({ status });
    const { upload, stops } = begun({ retryDelays: [] });
    await upload.over;
    assert.deepEqual([stops[0]?.status, stops[0]?.isFinal], [status, false]);
  }
});

test("too many, and no network, wait longer than a moment", async () => {
  server.faults.push({ status: 429 });
  const crowded = begun();
  await crowded.upload.over;
  assert.deepEqual([server.asked, crowded.told], [["POST"], ["announced", "stopped"]]);
  server.faults.push(null, { after: 3 });
  Object.assign(navigator, { onLine: false });
  const alone = begun();
  await alone.upload.over;
  assert.deepEqual([alone.told.at(-1), alone.stops[0]?.status], ["stopped", 0]);
});

test("after abort nothing is told, and what the server has stays", async () => {
  server.faults.push(null, { after: 9 });
  const { upload, told } = begun({ retryDelays: [60_000] });
  while (!told.includes("retried")) await new Promise((resolve) => setTimeout(resolve, 1));
  const before = [...told];
  await upload.abort();
  await upload.over;
  assert.deepEqual(told, before);
  assert.equal(server.arrived[0]?.length, 9);
  assert.deepEqual(server.asked, ["POST", "PATCH"]);
});

test("what is discarded is asked for as often as wanted, and not being heard is no failure", async () => {
  await discard(`${HERE}/upl_1`, []);
  server.faults.push({ status: 503 });
  await discard(`${HERE}/upl_1`, [0]);
  server.faults.push({ status: 503 });
  await discard(`${HERE}/upl_1`, []);
  assert.deepEqual(server.asked, ["DELETE", "DELETE", "DELETE", "DELETE"]);
});
