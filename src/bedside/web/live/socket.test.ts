import assert from "node:assert/strict";
import { afterEach, before, beforeEach, mock, test } from "node:test";
import type { Heard, LiveSocket } from "./socket";

/** A connection of which the test is the other end. */
class Connection extends EventTarget {
  static readonly OPEN = 1;
  static last: Connection;
  readyState = 0;
  readonly said: Record<string, unknown>[] = [];

  constructor(readonly address: string) {
    super();
    Connection.last = this;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }

  open(): void {
    this.readyState = Connection.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  lose(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  say(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  /** The other end of a network that hangs never learns of it. */
  close(): void {
    this.readyState = 2;
  }
}

let open: (address: string) => LiveSocket;

before(async () => {
  const page = Object.assign(new EventTarget(), {
    visibilityState: "visible",
    querySelector: () => null,
    querySelectorAll: () => [],
    getElementById: () => null,
  });
  Object.assign(globalThis, {
    window: Object.assign(new EventTarget(), {
      setTimeout: (act: () => void, after: number) => setTimeout(act, after),
      clearTimeout: (timer: number) => clearTimeout(timer),
    }),
    document: page,
    WebSocket: Connection,
  });
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
  const { LiveSocket } = await import("./socket");
  open = (address) => new LiveSocket(address);
});

let heard: string[] = [];
let socket: LiveSocket;

function note(one: Heard): void {
  heard.push(one.kind === "snapshot" ? `snapshot ${one.version}` : `${one.type} ${one.version}`);
}

function say(type: string, version: number): void {
  Connection.last.say({ topic: "t", type, version, data: {} });
}

afterEach(() => mock.timers.reset());

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  heard = [];
  socket = open("ws://clinic.example/live");
  socket.subscribe("t", note);
  Connection.last.open();
});

test("events are passed on in order, after the snapshot", () => {
  assert.deepEqual(Connection.last.said, [{ action: "subscribe", topic: "t", since: 0 }]);
  say("snapshot", 4);
  say("a.changed", 5);
  say("a.changed", 6);
  assert.deepEqual(heard, ["snapshot 4", "a.changed 5", "a.changed 6"]);
});

test("what was passed on is not passed on again, and what is not for this page only counts", () => {
  say("snapshot", 4);
  say("a.changed", 4);
  Connection.last.say({ topic: "t", type: "elsewhere", version: 5 });
  say("a.changed", 6);
  assert.deepEqual(heard, ["snapshot 4", "a.changed 6"]);
});

test("after a gap nothing is passed on until the server has filled it, and it is asked once", () => {
  say("snapshot", 4);
  say("a.changed", 6);
  say("a.changed", 7);
  assert.deepEqual(heard, ["snapshot 4"]);
  assert.deepEqual(Connection.last.said.slice(1), [{ action: "subscribe", topic: "t", since: 4 }]);
  for (const version of [5, 6, 7]) say("a.changed", version);
  assert.deepEqual(heard, ["snapshot 4", "a.changed 5", "a.changed 6", "a.changed 7"]);
});

test("a topic that went while nothing happened goes on far above, and is asked for", () => {
  say("snapshot", 4);
  say("a.changed", 1001);
  assert.deepEqual(Connection.last.said.at(-1), { action: "subscribe", topic: "t", since: 4 });
  say("snapshot", 1001);
  say("a.changed", 1002);
  assert.deepEqual(heard, ["snapshot 4", "snapshot 1001", "a.changed 1002"]);
});

test("when the connection is back it goes on from the last version", async () => {
  say("snapshot", 4);
  const lost = Connection.last;
  lost.lose(1006);
  window.dispatchEvent(new Event("online"));
  assert.notEqual(Connection.last, lost);
  Connection.last.open();
  assert.deepEqual(Connection.last.said, [{ action: "subscribe", topic: "t", since: 4 }]);
});

test("a topic that is refused, or that nobody listens to any more, says nothing", () => {
  const leave = socket.subscribe("other", note);
  leave();
  assert.deepEqual(Connection.last.said.at(-1), { action: "unsubscribe", topic: "other" });
  Connection.last.say({ topic: "t", type: "refused", version: 0 });
  say("a.changed", 1);
  Connection.last.say({ topic: "other", type: "snapshot", version: 1, data: {} });
  assert.deepEqual(heard, []);
});

/** Time passes in steps: what begins in one of them counts from its end. */
function later(...steps: number[]): void {
  for (const step of steps) mock.timers.tick(step);
}

function asked(connection: Connection): number {
  return connection.said.filter(({ action }) => action === "ping").length;
}

test("a connection that passes nothing on is given up, and the page goes on by another one", () => {
  say("snapshot", 4);
  const dead = Connection.last;
  mock.timers.tick(24_999);
  assert.equal(asked(dead), 0);
  mock.timers.tick(1);
  assert.equal(asked(dead), 1);
  Connection.last.say({ type: "pong" });
  mock.timers.tick(25_000);
  assert.equal(asked(dead), 2, "an answer is enough until the next silence");
  mock.timers.tick(14_999);
  assert.equal(socket.connected, true, "a server that is late is waited for");
  mock.timers.tick(1);
  assert.equal(socket.connected, false);
  mock.timers.tick(400);
  assert.notEqual(Connection.last, dead);
  Connection.last.open();
  assert.deepEqual(Connection.last.said, [{ action: "subscribe", topic: "t", since: 4 }]);
  dead.say({ topic: "t", type: "a.changed", version: 5, data: {} });
  dead.lose(1006);
  assert.deepEqual(heard, ["snapshot 4"]);
  assert.equal(socket.connected, true);
});

test("in a call it is noticed within seconds, and a connection that does not open is not waited for", () => {
  socket.hurry(true);
  const dead = Connection.last;
  later(5_000, 4_000, 400);
  const second = Connection.last;
  assert.notEqual(second, dead);
  later(2_500, 800);
  assert.notEqual(Connection.last, second);
  second.open();
  assert.equal(socket.connected, false, "what was given up is not used, even if it opens later");
  later(2_500, 1_500);
  const slow = Connection.last;
  mock.timers.tick(9_000);
  assert.equal(Connection.last, slow, "now and then a slow one gets its time");
  slow.open();
  assert.equal(socket.connected, true);
});

test("a page that nobody sees asks nothing, and asks at once when it is seen again", () => {
  Object.assign(document, { visibilityState: "hidden" });
  say("snapshot", 4);
  mock.timers.tick(60_000);
  assert.equal(asked(Connection.last), 0);
  Object.assign(document, { visibilityState: "visible" });
  document.dispatchEvent(new Event("visibilitychange"));
  mock.timers.tick(0);
  assert.equal(asked(Connection.last), 1);
});
