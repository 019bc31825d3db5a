/**
 * A connection to one other browser, by perfect negotiation (W3C WebRTC, 10.7): both sides may
 * offer; when offers cross, the impolite one's wins and the polite one rolls its own back. The
 * impolite side makes the first offer, with all three transceivers; from then on tracks are
 * replaced without negotiation, and offers only restart ICE.
 */
import { encodingOf, type Level } from "./quality";
import { Recovery } from "./recovery";
import {
  AUDIO,
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

export interface PeerWiring {
  polite: boolean;
  configuration: RTCConfiguration;
  send: (description: RTCSessionDescription | null, candidate: RTCIceCandidate | null) => void;
  changed: () => void;
  /** Ensures relay credentials that have not expired. */
  freshIce: () => Promise<void>;
}

const POLITE_WAITS_MS = 1_000;

export class Peer {
  readonly received: Received = received();
  state: PartState = "connecting";
  private readonly connection: RTCPeerConnection;
  private readonly recovery: Recovery;
  private readonly watch: Watch;
  private tracks: Tracks = { audio: null, camera: null, screen: null };
  private others = 1;
  /** Descriptions and candidates are processed one after another. */
  private work: Promise<void> = Promise.resolve();
  private early: RTCIceCandidateInit[] = [];
  private ignoring = false;

  constructor(private readonly wiring: PeerWiring) {
    const connection = new RTCPeerConnection(wiring.configuration);
    this.connection = connection;
    connection.addEventListener("negotiationneeded", () => this.enqueue(() => this.offer()));
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate) wiring.send(null, candidate);
    });
    connection.addEventListener("connectionstatechange", () => this.look());
    connection.addEventListener("track", ({ track, transceiver }) => this.arrived(track, transceiver));
    this.recovery = new Recovery(connection, () => this.restart(), wiring.polite ? POLITE_WAITS_MS : 0);
    this.watch = new Watch(connection, () => this.adapt());
    if (!wiring.polite) {
      for (const kind of ["audio", "video", "video"]) connection.addTransceiver(kind, { direction: "sendrecv" });
    }
  }

  get level(): Level {
    return this.watch.level;
  }

  /** The other side's camera is on, and its pictures have stopped. */
  get isPaused(): boolean {
    return this.state === "connected" && this.watch.isPaused;
  }

  /** Whether the other side's camera is on. */
  expectPictures(expects: boolean): void {
    this.watch.expectPictures(expects);
  }

  /** Sends these from now on; `others` is how many browsers get the same. */
  send(tracks: Tracks, others: number): void {
    this.tracks = tracks;
    this.others = others;
    this.enqueue(() => this.giveTracks());
  }

  /** Handles a description or a candidate from the other side. */
  hear(description: RTCSessionDescriptionInit | null, candidate: RTCIceCandidateInit | null): void {
    this.enqueue(async () => {
      if (description) await this.describe(description);
      else if (candidate) await this.add(candidate);
    });
  }

  configure(configuration: RTCConfiguration): void {
    this.connection.setConfiguration(configuration);
  }

  close(): void {
    this.recovery.close();
    this.watch.close();
    this.connection.close();
  }

  private enqueue(step: () => Promise<void>): void {
    this.work = this.work.then(async () => {
      if (this.connection.signalingState === "closed") return;
      try {
        await step();
      } catch {
        // A description that came too late; recovery offers again until both are connected.
      }
    });
  }

  private async offer(): Promise<void> {
    if (this.connection.signalingState !== "stable") return;
    await this.connection.setLocalDescription();
    this.wiring.send(this.connection.localDescription, null);
  }

  private async describe(description: RTCSessionDescriptionInit): Promise<void> {
    const { connection } = this;
    const crossing = description.type === "offer" && connection.signalingState !== "stable";
    this.ignoring = !this.wiring.polite && crossing;
    if (this.ignoring || (description.type === "answer" && connection.signalingState !== "have-local-offer")) return;
    await connection.setRemoteDescription(description);
    for (const candidate of this.early.splice(0)) await this.add(candidate);
    if (description.type === "offer") {
      await this.wiring.freshIce(); // the other side may restart ICE
      for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv";
      await this.giveTracks();
      await connection.setLocalDescription();
      this.wiring.send(connection.localDescription, null);
    }
  }

  private async add(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.connection.remoteDescription) {
      if (!this.ignoring) this.early.push(candidate);
      return;
    }
    await this.connection.addIceCandidate(candidate);
  }

  private async giveTracks(): Promise<void> {
    const transceivers = this.connection.getTransceivers();
    await sendTracks(
      [AUDIO, CAMERA, SCREEN].map((index) => transceivers[index]?.sender),
      this.tracks,
    );
    await encode(transceivers[CAMERA]?.sender, encodingOf(this.level, this.others));
  }

  private adapt(): void {
    this.enqueue(() => this.giveTracks());
    this.wiring.changed();
  }

  private arrived(track: MediaStreamTrack, transceiver: RTCRtpTransceiver): void {
    place(this.received, track, this.connection.getTransceivers().indexOf(transceiver) === SCREEN);
    for (const event of ["mute", "unmute"]) track.addEventListener(event, this.wiring.changed);
    this.wiring.changed();
  }

  /** An offer or answer may have been lost with a socket: then the same offer is sent again. */
  private restart(): void {
    const { connection } = this;
    const negotiated = connection.currentRemoteDescription !== null;
    if (connection.signalingState === "have-local-offer") this.wiring.send(connection.localDescription, null);
    else if (negotiated) void this.wiring.freshIce().then(() => connection.restartIce());
  }

  private look(): void {
    const { connectionState } = this.connection;
    if (connectionState === "connected") this.state = "connected";
    else if (this.state === "connected" && connectionState !== "connecting") this.state = "reconnecting";
    this.wiring.changed();
  }
}
