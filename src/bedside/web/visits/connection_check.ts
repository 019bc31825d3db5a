/**
 * Whether a call can get through: two connections of this very page talk to each other, as they
 * would to the clinic's; then once more through the clinic's relay, if there is one.
 */
import { ask } from "../media/server";

export interface Reach {
  connection: "ok" | "failed";
  relay: "ok" | "failed" | "not_set_up";
}

const PATIENCE_MS = 8_000;

function isRelay(server: RTCIceServer): boolean {
  const addresses = typeof server.urls === "string" ? [server.urls] : server.urls;
  return addresses.some((address) => /^turns?:/.test(address));
}

async function exchange(from: RTCPeerConnection, to: RTCPeerConnection): Promise<void> {
  await from.setLocalDescription();
  if (from.localDescription) await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription();
  if (to.localDescription) await from.setRemoteDescription(to.localDescription);
}

function passCandidates(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate) void to.addIceCandidate(candidate).catch(() => undefined);
  });
}

/** Whether a message comes through within a few seconds. */
async function loops(configuration: RTCConfiguration): Promise<boolean> {
  const here = new RTCPeerConnection(configuration);
  const there = new RTCPeerConnection(configuration);
  let timer = 0;
  try {
    const arrived = new Promise<boolean>((done) => {
      timer = window.setTimeout(() => done(false), PATIENCE_MS);
      there.addEventListener("datachannel", ({ channel }) => channel.addEventListener("message", () => done(true)));
    });
    const channel = here.createDataChannel("check");
    channel.addEventListener("open", () => channel.send("hello"));
    passCandidates(here, there);
    passCandidates(there, here);
    await exchange(here, there);
    return await arrived;
  } catch {
    return false;
  } finally {
    window.clearTimeout(timer);
    here.close();
    there.close();
  }
}

/** Tests it; never throws. `address` returns the clinic's relays as JSON. */
export async function checkConnection(address: string): Promise<Reach> {
  if (typeof RTCPeerConnection === "undefined") return { connection: "failed", relay: "not_set_up" };
  let servers: RTCIceServer[];
  try {
    servers = (await ask<{ iceServers: RTCIceServer[] }>(address)).iceServers;
  } catch {
    return { connection: "failed", relay: "failed" };
  }
  const relays = servers.filter(isRelay);
  const [direct, relayed] = await Promise.all([
    loops({ iceServers: servers }),
    relays.length > 0 ? loops({ iceServers: relays, iceTransportPolicy: "relay" }) : null,
  ]);
  return {
    // with a relay a call gets through even where a direct path does not
    connection: direct || relayed ? "ok" : "failed",
    relay: relayed === null ? "not_set_up" : relayed ? "ok" : "failed",
  };
}
