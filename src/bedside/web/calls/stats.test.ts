import assert from "node:assert/strict";
import { test } from "node:test";
import { Flow, Meter } from "./stats";

type Entry = Record<string, unknown>;
type Report = Entry[];

/** A connection that returns one report after another. */
function reporting(reports: readonly Report[]): RTCPeerConnection {
  const rest = [...reports];
  const getStats = async (): Promise<Map<number, Entry>> => new Map((rest.shift() ?? []).entries());
  return { getStats } as unknown as RTCPeerConnection;
}

type Measured = Awaited<ReturnType<Meter["sample"]>>;

/** The samples that a meter takes from a browser's reports. */
async function measured(reports: readonly Report[]): Promise<Measured[]> {
  const meter = new Meter(reporting(reports));
  const samples: Measured[] = [];
  for (const _ of reports) samples.push(await meter.sample());
  return samples;
}

interface Facts {
  told: number;
  took?: number;
  lost?: number;
  sent?: number;
  came?: number;
}

/** A browser's report at `now`, when the other side last reported at `told` (both in ms). */
function report(now: number, { told, took = 0.02, lost = 0, sent = 0, came = 0 }: Facts): Report {
  return [
    { type: "transport", timestamp: now },
    { type: "outbound-rtp", timestamp: now, framesEncoded: sent },
    { type: "remote-inbound-rtp", timestamp: told, fractionLost: lost, roundTripTime: took },
    { type: "inbound-rtp", timestamp: now, mid: "1", framesReceived: came },
    { type: "inbound-rtp", timestamp: now, mid: "2", framesReceived: now },
  ];
}

/** Connectivity checks: the number of answers so far, and the seconds they took. */
function checked(now: number, answers: number, took: number): Report {
  return [
    { type: "candidate-pair", timestamp: now, nominated: true, responsesReceived: answers, totalRoundTripTime: took },
  ];
}

function roundTrips(samples: readonly Measured[]): number[] {
  return samples.map((one) => Math.round(one.roundTripMs));
}

test("what the other side told long ago counts no more", async () => {
  const bad = { told: 1_000, took: 13, lost: 0.4 };
  const [fresh, old] = await measured([report(2_000, bad), report(9_000, bad)]);
  assert.deepEqual([fresh?.roundTripMs, fresh?.lost], [13_000, 0.4]);
  assert.deepEqual([old?.roundTripMs, old?.lost], [0, 0]);
});

test("a slow check counts when it is answered, and not later", async () => {
  const samples = await measured([checked(2_000, 4, 0.04), checked(4_000, 6, 6.04), checked(6_000, 6, 6.04)]);
  assert.deepEqual(roundTrips(samples), [10, 3_000, 0]);
});

test("pictures of which nobody tells anything are held up", async () => {
  const sending = [2_000, 4_000, 6_000].map((now) => report(now, { told: 1_000, sent: now }));
  assert.deepEqual(roundTrips(await measured(sending)), [20, 20, 5_000]);
  const silent = [2_000, 4_000, 6_000].map((now) => report(now, { told: 1_000, sent: 50 }));
  assert.deepEqual(roundTrips(await measured(silent)), [20, 20, 0]);
});

test("a shared screen is no picture of the camera", async () => {
  const samples = await measured([report(2_000, { told: 2_000, came: 9 }), report(4_000, { told: 4_000, came: 9 })]);
  assert.deepEqual(
    samples.map((one) => one.hasPictures),
    [true, false],
  );
});

test("whoever sends no packet for three looks is silent", async () => {
  const from = new Map([["1", "prt_a"]]);
  const packets = (count: number): Report => [{ type: "inbound-rtp", timestamp: 0, mid: "1", packetsReceived: count }];
  const connection = reporting([packets(5), packets(9), packets(9), packets(9), packets(9), packets(10)]);
  const flow = new Flow();
  const silent: boolean[] = [];
  for (let look = 0; look < 6; look += 1) {
    await flow.look(connection, from);
    silent.push(flow.isSilent("prt_a"));
  }
  assert.deepEqual(silent, [false, false, false, false, true, false]);
});
