import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { FromPage, Signal } from "../live/messages";
import type { Listener, LiveSocket } from "../live/socket";
import { type Incoming, Signals } from "./signals";

let isThere = true;
const sent: Signal[] = [];
let listener: Listener = () => undefined;
const came: Incoming[] = [];
let signals: Signals;

const SOCKET = {
  subscribe: (_topic: string, hear: Listener) => {
    listener = hear;
    return () => undefined;
  },
  tell: (message: FromPage) => {
    if (isThere) sent.push(message as Signal);
    return isThere;
  },
} as unknown as LiveSocket;

beforeEach(() => {
  Object.assign(globalThis, { document: new EventTarget() });
  isThere = true;
  sent.length = 0;
  came.length = 0;
  signals = new Signals(SOCKET, "cal_a", "con_a", (signal) => came.push(signal));
});

test("a signal names its call and both connections, and leaves nothing open", () => {
  signals.send({ to: "con_b", ask: "watch" });
  const rest = { description: null, candidate: null, number: 0, ask: "watch" };
  assert.deepEqual(sent, [{ action: "signal", call: "cal_a", from: "con_a", to: "con_b", ...rest }]);
});

test("without a socket signals wait, and go out in order when it is back", () => {
  isThere = false;
  for (const number of [1, 2, 3]) signals.send({ to: "con_b", number });
  assert.equal(sent.length, 0);
  isThere = true;
  document.dispatchEvent(new Event("bedside:connected"));
  assert.deepEqual(
    sent.map((one) => one.number),
    [1, 2, 3],
  );
});

test("what has waited for a minute is not sent any more, nor anything after the end", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  isThere = false;
  signals.send({ to: "con_b", number: 1 });
  now = 61_000;
  signals.send({ to: "con_b", number: 2 });
  isThere = true;
  document.dispatchEvent(new Event("bedside:connected"));
  assert.deepEqual(
    sent.map((one) => one.number),
    [2],
  );
  isThere = false;
  signals.send({ to: "con_b", number: 3 });
  signals.close();
  isThere = true;
  document.dispatchEvent(new Event("bedside:connected"));
  assert.equal(sent.length, 1);
});

test("a signal that comes is whole, whatever it leaves out", () => {
  const event = { kind: "event", topic: "signals:con_a", version: 1 } as const;
  listener({ ...event, type: "call.signal", data: { from_connection: "con_b", fresh: true } });
  listener({ ...event, type: "call.other", data: { from_connection: "con_c" } });
  const nothing = { description: null, candidate: null, streams: [], number: 0, failure: "" };
  assert.deepEqual(came, [{ from: "con_b", ...nothing, fresh: true }]);
});
