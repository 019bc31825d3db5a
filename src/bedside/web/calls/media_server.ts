/**
 * The path through the media server, for larger groups: one connection publishes what this page
 * sends, which the browser offers, and one receives everybody else's, which the server offers.
 */
import type { Way } from "./mesh";
import { encodingOf, type Level } from "./quality";
import { Recovery } from "./recovery";
import { type Incoming, type Outgoing, PUBLISH, type StreamFacts, SUBSCRIBE } from "./signals";
import { Flow } from "./stats";
import {
  CAMERA,
  encode,
  type PartState,
  place,
  type Received,
  received,
  SCREEN,
  sendTracks,
  type Tracks,
} from "./tracks";
import { Watch } from "./watch";

const FLOW_EVERY_MS = 2_000;

/** One of the two connections, which is remade when the media server starts over. */
class Half {
  readonly connection: RTCPeerConnection;
  work: Promise<void> = Promise.resolve();
  private readonly recovery: Recovery;
  private readonly early: RTCIceCandidateInit[] = [];

  constructor(
    configuration: RTCConfiguration,
    readonly name: typeof PUBLISH | typeof SUBSCRIBE,
    private readonly signal: (signal: Outgoing) => void,
    restart: (half: Half) => void,
  ) {
    this.connection = new RTCPeerConnection(configuration);
    this.connection.addEventListener("icecandidate", ({ candidate }) => signal({ to: name, candidate }));
    this.recovery = new Recovery(this.connection, () => restart(this), 0);
  }

  /** Sends the latest local description. */
  describeHere(number = 0): void {
    this.signal({ to: this.name, description: this.connection.localDescription, number });
  }

  enqueue(step: () => Promise<void>): void {
    this.work = this.work.then(async () => {
      if (this.connection.signalingState === "closed") return;
      await step().catch(() => undefined);
    });
  }

  async describe(description: RTCSessionDescriptionInit): Promise<void> {
    await this.connection.setRemoteDescription(description);
    for (const candidate of this.early.splice(0)) await this.connection.addIceCandidate(candidate);
  }

  async add(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.connection.remoteDescription) await this.connection.addIceCandidate(candidate);
    else this.early.push(candidate);
  }

  close(): void {
    this.recovery.close();
    this.connection.close();
  }
}

export class MediaServerWay implements Way {
  private publishing: Half;
  private watch: Watch;
  private receiving: Half | null = null;
  private tracks: Tracks = { audio: null, camera: null, screen: null };
  private readonly by = new Map<string, Received>();
  /** The owner of each transceiver of the receiving connection. */
  private readonly owners = new Map<string, string>();
  private readonly flow = new Flow();
  private readonly flowTimer: number;

  constructor(
    private configuration: RTCConfiguration,
    private readonly signal: (signal: Outgoing) => void,
    private readonly changed: () => void,
    private readonly freshIce: () => Promise<void>,
  ) {
    [this.publishing, this.watch] = this.publish();
    this.flowTimer = window.setInterval(() => void this.lookAtFlow(), FLOW_EVERY_MS);
  }

  /** Handles a message of the media server; `from` is one of its two connections. */
  hear({ from, description, candidate, streams, number, fresh }: Incoming): void {
    if (from === PUBLISH) {
      const half = this.publishing;
      if (description) half.enqueue(() => half.describe(description));
      else if (candidate) half.enqueue(() => half.add(candidate));
    } else if (description) {
      this.offered(description, streams, number, fresh);
    } else if (candidate) {
      const half = this.receiving;
      half?.enqueue(() => half.add(candidate));
    }
  }

  get level(): Level {
    return this.watch.level;
  }

  from(connection: string): Received | null {
    return this.by.get(connection) ?? null;
  }

  /** Whether anything has arrived from a connection by this path. */
  hasArrived(connection: string, withCamera: boolean): boolean {
    const tracks = this.by.get(connection)?.camera.getTracks() ?? [];
    return tracks.some((track) => !track.muted && (!withCamera || track.kind === "video"));
  }

  /** Whether nothing at all arrives from a connection any more. */
  isSilent(connection: string): boolean {
    return this.flow.isSilent(connection);
  }

  /** Whether pictures have arrived from a connection, and stopped. */
  isPaused(connection: string): boolean {
    return this.flow.isPaused(connection);
  }

  stateOf(_connection: string): PartState {
    const states = [this.publishing.connection.connectionState, this.receiving?.connection.connectionState ?? "new"];
    if (states.every((state) => state === "connected")) return "connected";
    return states.includes("disconnected") || states.includes("failed") ? "reconnecting" : "connecting";
  }

  send(tracks: Tracks): void {
    this.tracks = tracks;
    this.publishing.enqueue(() => this.giveTracks());
  }

  configure(configuration: RTCConfiguration): void {
    this.configuration = configuration;
    for (const half of [this.publishing, this.receiving]) half?.connection.setConfiguration(configuration);
  }

  close(): void {
    window.clearInterval(this.flowTimer);
    this.watch.close();
    this.publishing.close();
    this.receiving?.close();
  }

  private async lookAtFlow(): Promise<void> {
    const connection = this.receiving?.connection;
    if (connection?.connectionState !== "connected") return;
    await this.flow.look(connection, this.owners);
    this.changed();
  }

  // --- publishing -------------------------------------------------------------------------------

  private publish(): [Half, Watch] {
    const half = new Half(this.configuration, PUBLISH, this.signal, (stuck) => this.restartPublishing(stuck));
    half.connection.addEventListener("negotiationneeded", () => half.enqueue(() => this.offer(half)));
    half.connection.addEventListener("connectionstatechange", this.changed);
    for (const kind of ["audio", "video"]) half.connection.addTransceiver(kind, { direction: "sendonly" });
    const watch = new Watch(half.connection, () => {
      this.send(this.tracks);
      this.changed();
    });
    return [half, watch];
  }

  private async offer(half: Half): Promise<void> {
    if (half.connection.signalingState !== "stable") return;
    await half.connection.setLocalDescription();
    this.describeOffer(half);
  }

  /**
   * A process that does not know this connection, and gets an offer that is not its first, makes us
   * start over.
   */
  private describeOffer(half: Half): void {
    half.describeHere(half.connection.currentRemoteDescription ? 1 : 0);
  }

  private restartPublishing(half: Half): void {
    if (half.connection.signalingState === "have-local-offer") this.describeOffer(half);
    else void this.freshIce().then(() => half.connection.restartIce());
  }

  /** The media server has lost everything, and is back. */
  publishAnew(): void {
    this.watch.close();
    this.publishing.close();
    [this.publishing, this.watch] = this.publish();
    this.send(this.tracks);
  }

  /** A screen gets its transceiver when it is shared for the first time. */
  private async giveTracks(): Promise<void> {
    const { connection } = this.publishing;
    if (this.tracks.screen && !connection.getTransceivers()[SCREEN]) {
      connection.addTransceiver("video", { direction: "sendonly" });
    }
    const senders = connection.getTransceivers().map((transceiver) => transceiver.sender);
    await sendTracks(senders, this.tracks);
    await encode(senders[CAMERA], encodingOf(this.level, 2));
  }

  // --- receiving ---------------------------------------------------------------------------------

  private offered(
    description: RTCSessionDescriptionInit,
    streams: StreamFacts[],
    number: number,
    fresh: boolean,
  ): void {
    if (fresh || !this.receiving) this.receiveAnew();
    const half = this.receiving;
    half?.enqueue(async () => {
      await this.freshIce(); // the media server may restart ICE
      await half.describe(description);
      this.assign(half.connection, streams);
      await half.connection.setLocalDescription();
      half.describeHere(number);
    });
  }

  private receiveAnew(): void {
    this.receiving?.close();
    this.by.clear();
    this.receiving = new Half(this.configuration, SUBSCRIBE, this.signal, () => this.restartReceiving());
    this.receiving.connection.addEventListener("connectionstatechange", this.changed);
  }

  private restartReceiving(): void {
    void this.freshIce().then(() => this.signal({ to: SUBSCRIBE, ask: "restart_ice" }));
  }

  /** Transceivers are reused for others: the last offer says which is whose. */
  private assign(connection: RTCPeerConnection, streams: StreamFacts[]): void {
    const there = new Set(streams.map((stream) => stream.connection_id));
    for (const gone of [...this.by.keys()].filter((from) => !there.has(from))) this.by.delete(gone);
    this.owners.clear();
    for (const { mid, connection_id: from, publisher_mid: part } of streams) {
      this.owners.set(mid, from);
      const track = connection.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver.track;
      if (!track) continue;
      const into = this.by.get(from) ?? received();
      this.by.set(from, into);
      place(into, track, part === String(SCREEN));
      track.onmute = track.onunmute = this.changed;
    }
    this.changed();
  }
}
