import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, WaitingLine } from "./waiting_line";

/** A server with so many places; names that begin with “bad” are refused. */
class Server {
  readonly taken: string[] = [];
  offline = false;
  changes = 0;
  readonly line = new WaitingLine<string>(
    (name) => Promise.resolve(this.answer(name)),
    () => (this.changes += 1),
  );

  constructor(public places: number) {}

  private answer(name: string): Outcome {
    if (this.offline) return "offline";
    if (name.startsWith("bad")) return "refused";
    if (this.places === 0) return "full";
    this.places -= 1;
    this.taken.push(name);
    return "taken";
  }
}

test("what finds no place waits, and goes in its order as places get free", async () => {
  const server = new Server(2);
  await server.line.add(["a", "b", "c", "d"]);
  assert.deepEqual(server.taken, ["a", "b"]);
  assert.deepEqual(server.line.files, ["c", "d"]);
  server.places = 1;
  await server.line.advance();
  assert.deepEqual(server.taken, ["a", "b", "c"]);
  await server.line.add(["e"]);
  server.places = 5;
  await server.line.advance();
  assert.deepEqual(server.taken, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(server.line.files, []);
});

test("a refused file holds nobody up, and an absent network loses nothing", async () => {
  const server = new Server(9);
  server.offline = true;
  await server.line.add(["bad 1", "a", "bad 2", "b"]);
  assert.equal(server.line.files.length, 4);
  server.offline = false;
  await server.line.advance();
  assert.deepEqual(server.taken, ["a", "b"]);
});

test("two that choose at once offer each file once", async () => {
  const server = new Server(9);
  await Promise.all([server.line.add(["a", "b"]), server.line.add(["c"]), server.line.advance()]);
  assert.deepEqual(server.taken, ["a", "b", "c"]);
});

test("a file that is taken out is not offered", async () => {
  const server = new Server(0);
  await server.line.add(["a", "b"]);
  server.line.drop("a");
  server.line.drop("never there");
  server.places = 2;
  await server.line.advance();
  assert.deepEqual(server.taken, ["b"]);
});
