/**
 * This page in a call: joins it, follows its participants, maintains the paths to them, and gives
 * them camera, microphone and screen. Everything that displays it listens to “change” and reads.
 */

import type { OpenCall, Person } from "../apps/call_app";
import type { CallPlace, Mode } from "../apps/place";
import type { Data, Microphone } from "../live/messages";
import type { Heard, LiveSocket } from "../live/socket";
import { surroundings } from "../media/browsers";
import { microphoneOf } from "../media/device_state";
import { Devices } from "../media/devices";
import { ask, Refused, tell } from "../media/server";
import { Ice } from "./ice";
import { MediaServerWay } from "./media_server";
import { Mesh } from "./mesh";
import { type Words, worstOf } from "./quality";
import { type Incoming, PUBLISH, Signals, SUBSCRIBE } from "./signals";
import { apply, type CallState, type Participant } from "./state";
import type { PartState, Received, Tracks } from "./tracks";

interface Joined {
  participant_id: string;
  connection_id: string;
  mode: string;
}

/** Why this page is no longer in the call. */
export type End = "ended" | "out" | "elsewhere" | "refused";

const ENDS: Record<string, End> = { call_ended: "ended", not_in_call: "out" };
/** How long the direct connections are kept if the media server is slow. */
const HAND_OVER_MS = 10_000;
const TRY_AGAIN_MS = 2_000;

export class CallSession extends EventTarget implements OpenCall {
  readonly devices = new Devices();
  state: CallState | null = null;
  people: Readonly<Record<string, Person>> = {};
  end: End | null = null;
  /** The server's reason for not letting this page in. */
  refusal = "";
  /** The media server does not answer; retries are automatic. */
  interruption = false;
  muted = false;
  camera: boolean;
  private me: Joined | null = null;
  private mesh: Mesh | null = null;
  private server: MediaServerWay | null = null;
  private signals: Signals | null = null;
  private readonly ice: Ice;
  private readonly leaves: (() => void)[] = [];
  private asking = false;
  private heardSoFar = 0;
  private joining = false;
  private drawing = 0;
  /** A browser without calls has everything else: the place in the call, chat, files. */
  private readonly canConnect = surroundings().connections;

  constructor(
    readonly place: CallPlace,
    private readonly socket: LiveSocket,
  ) {
    super();
    this.camera = place.mode === "video";
    this.ice = new Ice(place.addresses.ice, (configuration) => {
      this.mesh?.configure(configuration);
      this.server?.configure(configuration);
    });
    this.devices.addEventListener("change", () => this.give());
    this.leaves.push(socket.subscribe(`call:${place.call}`, (heard) => this.heard(heard)));
    socket.hurry(true);
  }

  /** The camera opens while the call is joined; neither waits for the other. */
  async start(): Promise<void> {
    const known = this.place.mode !== "";
    const early = known ? this.devices.open(this.camera) : null;
    const servers = this.ice.fetch();
    const joined = await this.join();
    await servers;
    if (joined) this.connect(joined);
    if (joined && !known) this.camera = joined.mode === "video";
    await (early ?? this.devices.open(this.camera));
    if (!this.devices.video) this.camera = false;
    this.give();
  }

  get mode(): Mode {
    return (this.state?.mode ?? this.place.mode) === "voice" ? "voice" : "video";
  }

  get participantId(): string {
    return this.me?.participant_id ?? "";
  }

  /** The state of the own microphone, whether it is muted or not. */
  get microphone(): Microphone {
    const { audio, interrupted, failures } = this.devices;
    return microphoneOf({ track: audio !== null, interrupted: interrupted.audio, failure: failures.audio });
  }

  /** Whether the camera is on and not taken by something else. */
  get seen(): boolean {
    return this.devices.video !== null && !this.devices.interrupted.video;
  }

  get sharing(): boolean {
    return this.devices.screen !== null;
  }

  /**
   * Everybody else who is in the call or expected, with their ids: staff see the patients first,
   *       patients and guests the clinic.
   */
  others(): [string, Participant][] {
    if (!this.me) return []; // nobody can be told apart from this page yet
    const present = Object.entries(this.state?.participants ?? {}).filter(
      ([id, one]) => id !== this.participantId && (one.state === "joined" || one.state === "asked"),
    );
    const rank =
      this.place.audience === "staff" ? { patient: 0, staff: 1, guest: 2 } : { staff: 0, patient: 1, guest: 2 };
    return present.sort(([a, one], [b, other]) => rank[one.kind] - rank[other.kind] || a.localeCompare(b));
  }

  /** Guests waiting to be admitted. */
  knocking(): string[] {
    return Object.entries(this.state?.participants ?? {})
      .filter(([, one]) => one.state === "knocking")
      .map(([id]) => id);
  }

  /** Those who come in as soon as all have agreed: for patients only while they are asked. */
  newcomers(): [string, Participant][] {
    const agreeing = Object.entries(this.state?.participants ?? {}).filter(([, one]) => one.state === "agreeing");
    if (this.place.audience === "staff") return agreeing;
    return agreeing.filter(([, one]) => one.waits_for.split(" ").includes(this.participantId));
  }

  receivedFrom(connection: string): Received | null {
    const byServer = this.server?.hasArrived(connection, false) ? this.server.from(connection) : null;
    return byServer ?? this.mesh?.from(connection) ?? this.server?.from(connection) ?? null;
  }

  stateOf({ connection_id: connection, muted, camera }: Participant): PartState {
    if (this.mesh?.from(connection)) return this.mesh.stateOf(connection);
    const silent = this.server?.isSilent(connection) && (camera || !muted);
    return silent ? "reconnecting" : (this.server?.stateOf(connection) ?? "connecting");
  }

  /** Whether somebody's camera is on, and the link does not carry its pictures. */
  isPaused({ connection_id: connection, camera }: Participant): boolean {
    const way = this.mesh?.from(connection) ? this.mesh : this.server;
    return camera && (way?.isPaused(connection) ?? false);
  }

  /** The worst of all connections, which is what people see as “the” connection. */
  quality(): Words {
    return worstOf(
      this.others().map(([, one]) => this.mesh?.wordsFor(one.connection_id) ?? this.server?.level ?? "full"),
    );
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.give();
  }

  /** Switches the camera; in a voice call it turns the call to video. Returns false if it fails. */
  async setCamera(on: boolean): Promise<boolean> {
    if (!on) {
      this.camera = false;
      this.devices.closeCamera();
      return true;
    }
    this.camera = true;
    const opened = await this.devices.openOne("video");
    this.camera = opened;
    if (opened && this.mode === "voice" && this.place.addresses.video) {
      await tell(this.place.addresses.video).catch(() => undefined);
    }
    this.give();
    return opened;
  }

  /** Opens again what failed or was taken by something else. */
  async openAgain(): Promise<boolean> {
    const { failures, interrupted } = this.devices;
    if (failures.video ?? interrupted.video) this.camera = true;
    const done = await this.devices.openAgain();
    this.camera = this.devices.video !== null;
    this.give();
    return done;
  }

  async setSharing(on: boolean): Promise<boolean> {
    if (on) return this.devices.share();
    this.devices.stopSharing();
    return true;
  }

  /** Ends everything of this page; telling the server is up to the caller. */
  stop(): void {
    this.ice.close();
    for (const leave of this.leaves.splice(0)) leave();
    this.signals?.close();
    this.mesh?.close();
    this.server?.close();
    this.mesh = this.server = null;
    this.devices.close();
    this.socket.hurry(false);
  }

  // --- joining ------------------------------------------------------------------------------------

  /** Asks until the server answers; null if it refuses. */
  private async join(): Promise<Joined | null> {
    this.joining = true;
    try {
      while (!this.end) {
        const joined = await this.tryToJoin();
        if (joined) return joined;
        await new Promise((resolve) => window.setTimeout(resolve, TRY_AGAIN_MS));
      }
      return null;
    } finally {
      this.joining = false;
    }
  }

  private async tryToJoin(): Promise<Joined | null> {
    const sends = { muted: String(this.muted), camera: String(this.camera) };
    try {
      return await tell<Joined>(this.place.addresses.join, sends);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500) return null;
      this.refusal = error.message;
      this.finish(ENDS[error.code] ?? "refused");
      return null;
    }
  }

  /** The server dropped this page while its network was gone for long. */
  private async joinAgain(): Promise<void> {
    if (this.joining || this.end) return;
    const joined = await this.join();
    if (!joined || this.end) return;
    this.signals?.close();
    this.mesh?.close();
    this.server?.close();
    this.mesh = this.server = null;
    this.connect(joined);
  }

  private connect(joined: Joined): void {
    if (this.end) return;
    this.me = joined;
    this.signals = new Signals(this.socket, this.place.call, joined.connection_id, (signal) => this.signalled(signal));
    document.removeEventListener("bedside:connected", this.tellMedia);
    document.addEventListener("bedside:connected", this.tellMedia);
    this.leaves.push(() => document.removeEventListener("bedside:connected", this.tellMedia));
    this.meet();
    void this.learnNames(); // events of everybody may have arrived before this page knew its own id
    this.give();
  }

  // --- receiving
  // ----------------------------------------------------------------------------------

  private heard(heard: Heard): void {
    if (heard.kind === "event" && heard.type === "call.media_interrupted") this.interrupted(heard.data);
    this.state = apply(this.state, heard);
    this.heardSoFar += 1;
    if (!this.state) return;
    if (this.state.state === "ended") this.finish("ended");
    this.look();
    this.meet();
    void this.learnNames();
    this.changed();
  }

  /** Checks whether this page is still the one through which its person is in the call. */
  private look(): void {
    const own = this.me && this.state?.participants[this.me.participant_id];
    if (!own || !this.me || this.end) return;
    if (own.state === "refused") this.finish("out");
    else if (own.state === "left") void this.joinAgain();
    else if (own.state === "joined" && own.connection_id > this.me.connection_id) this.finish("elsewhere");
  }

  private meet(): void {
    if (!this.state || !this.me || this.end || !this.canConnect) return;
    const joined = this.others().filter(([, one]) => one.state === "joined" && one.connection_id);
    if (this.state.topology === "media_server") {
      this.server ??= this.makeServer();
      if (this.mesh) this.handOver();
      return;
    }
    this.mesh ??= this.makeMesh();
    this.mesh.meet(new Map(joined.map(([, one]) => [one.connection_id, one.camera])));
  }

  private makeMesh(): Mesh {
    const own = this.me?.connection_id ?? "";
    const mesh = new Mesh(
      own,
      this.ice.configuration,
      (signal) => this.signals?.send(signal),
      () => this.changed(),
      () => this.ice.fresh(),
    );
    mesh.send(this.tracks());
    return mesh;
  }

  private makeServer(): MediaServerWay {
    const server = new MediaServerWay(
      this.ice.configuration,
      (signal) => this.signals?.send(signal),
      () => this.changed(),
      () => this.ice.fresh(),
    );
    server.send(this.tracks());
    window.setTimeout(() => this.closeMesh(), HAND_OVER_MS);
    return server;
  }

  /** Ends the direct connections once everybody's sound and picture arrive by the media server. */
  private handOver(): void {
    const joined = this.others().filter(([, one]) => one.state === "joined" && this.mesh?.from(one.connection_id));
    if (joined.every(([, one]) => this.server?.hasArrived(one.connection_id, one.camera))) this.closeMesh();
  }

  private closeMesh(): void {
    if (!this.server) return;
    this.mesh?.close();
    this.mesh = null;
    this.changed();
  }

  /** The media server went down, or is back and everybody starts over. */
  private interrupted(data: Data): void {
    const concerned = Array.isArray(data.connection_ids) && data.connection_ids.includes(this.me?.connection_id);
    if (!concerned) return;
    this.interruption = data.over !== true;
    if (data.over === true) this.server?.publishAnew();
  }

  private signalled(signal: Incoming): void {
    if (signal.failure === "media_server_down") this.interruption = true;
    if (signal.failure) this.changed();
    if (!this.canConnect) return;
    if (signal.from === PUBLISH || signal.from === SUBSCRIBE) {
      this.server ??= this.makeServer();
      this.server.hear(signal);
    } else if (this.state?.topology !== "media_server") {
      this.mesh ??= this.makeMesh();
      this.mesh.hear(signal);
    } else {
      this.mesh?.hear(signal);
    }
  }

  /** Fetches names with the person's own access: events carry ids only. */
  private async learnNames(): Promise<void> {
    if (this.asking || !this.hasUnknown()) return;
    this.asking = true;
    const heardBefore = this.heardSoFar;
    try {
      // Participants who left keep their names here, for later mentions.
      const { people } = await ask<{ people: Record<string, Person> }>(this.place.addresses.people);
      this.people = { ...this.people, ...people };
      this.changed();
    } catch {
      // The next event asks again.
    }
    this.asking = false;
    if (this.heardSoFar > heardBefore) void this.learnNames(); // somebody joined in the meantime
  }

  private hasUnknown(): boolean {
    const shown = [...this.others(), ...this.newcomers()].map(([id]) => id);
    return [...shown, ...this.knocking()].some((id) => !(id in this.people));
  }

  // --- sending
  // ------------------------------------------------------------------------------------

  private tracks(): Tracks {
    return { audio: this.devices.audio, camera: this.devices.picture, screen: this.devices.screen };
  }

  private give(): void {
    this.devices.setMuted(this.muted);
    const tracks = this.tracks();
    this.mesh?.send(tracks);
    this.server?.send(tracks);
    this.tellMedia();
    this.changed();
  }

  private readonly tellMedia = (): void => {
    if (!this.me || this.end) return;
    this.socket.tell({
      action: "media",
      call: this.place.call,
      from: this.me.connection_id,
      muted: this.muted || !this.devices.audio || this.devices.interrupted.audio,
      camera: this.seen,
      sharing: this.sharing,
      microphone: this.microphone,
    });
  };

  private finish(end: End): void {
    if (this.end) return;
    this.end = end;
    this.stop();
    this.changed();
  }

  /** Many things change at once; the display is updated once. */
  private changed(): void {
    if (this.server && this.mesh) this.handOver();
    window.clearTimeout(this.drawing);
    this.drawing = window.setTimeout(() => this.dispatchEvent(new Event("change")));
  }
}
