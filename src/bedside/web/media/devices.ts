/**
 * Camera, microphone and shared screen of this page. What does not work is left out: without a
 * camera the call is voice only, without a microphone one is seen and hears. “change” fires when a
 * track was added, removed or replaced.
 */
import { Blurring } from "./blurring";
import { type DeviceKind, type Failure, failureOf } from "./device_failures";

const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24, max: 30 },
};
const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** Cheap phones need a moment between letting a camera go and opening it. */
const BUSY_MS = 1_000;
/** Tracks are muted for an instant while a device starts, and while a page is shown again. */
const INTERRUPTED_AFTER_MS = 800;
const KEPT: Record<DeviceKind, string> = { audio: "bedside-microphone", video: "bedside-camera" };

export type Facing = "user" | "environment";

export class Devices extends EventTarget {
  audio: MediaStreamTrack | null = null;
  video: MediaStreamTrack | null = null;
  screen: MediaStreamTrack | null = null;
  readonly failures: Partial<Record<DeviceKind, Failure>> = {};
  /** Devices that the system has taken: the tracks are there, and carry nothing. */
  readonly interrupted: Record<DeviceKind, boolean> = { audio: false, video: false };
  /** The camera that looks at the person, or at what the person looks at. */
  facing: Facing = "user";
  /** What others see of the camera. */
  readonly background = new Blurring();
  private cameras = 0;
  private closed = false;

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener("devicechange", this.look);
    this.background.addEventListener("change", () => this.changed());
  }

  /** The camera as others see it: with the room blurred, if that is wanted. */
  get picture(): MediaStreamTrack | null {
    return this.background.picture;
  }

  /** Opens the microphone, and the camera if it is wanted; never throws. */
  async open(withCamera: boolean): Promise<void> {
    if (withCamera && (await this.take(this.wantedOf(["audio", "video"])))) return;
    // One of the two may work by itself; together they fail if one is denied or missing.
    await Promise.all([this.openOne("audio"), withCamera ? this.openOne("video") : false]);
  }

  /**
   * Opens the camera or the microphone; false if it does not work, with the reason in `failures`.
   */
  async openOne(kind: DeviceKind): Promise<boolean> {
    return this.take({ [kind]: this.wanted(kind) });
  }

  /** Opens everything again that failed or was taken; false if something still does not work. */
  async openAgain(): Promise<boolean> {
    const concerned = (["audio", "video"] as const).filter((kind) => this.failures[kind] ?? this.interrupted[kind]);
    if (concerned.length === 2 && (await this.take(this.wantedOf(concerned)))) return true;
    const opened = await Promise.all(concerned.map((kind) => this.openOne(kind)));
    return opened.every(Boolean);
  }

  /** Uses this device from now on; a camera that is off stays off. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    localStorage.setItem(KEPT[kind], deviceId);
    if (this[kind] || kind === "audio") await this.openOne(kind);
  }

  /** Whether the open camera is one of a phone's two: others do not say where they look. */
  get canTurn(): boolean {
    return this.cameras > 1 && Boolean(this.video?.getSettings().facingMode);
  }

  /**
   * Turns a phone's camera; false if the other one does not open, and the first goes on. The first
   * is closed before: many phones refuse to open two at a time.
   */
  async turn(): Promise<boolean> {
    const before = this.facing;
    this.facing = before === "user" ? "environment" : "user";
    localStorage.removeItem(KEPT.video);
    this.video?.stop();
    const { facing } = this;
    if (await this.take({ video: { ...CAMERA, facingMode: { exact: facing } } })) return true;
    delete this.failures.video;
    this.facing = before;
    await this.openOne("video");
    return false;
  }

  /** Switch the camera off, so that its light goes out too. */
  closeCamera(): void {
    this.put("video", null);
  }

  setMuted(muted: boolean): void {
    if (this.audio) this.audio.enabled = !muted;
  }

  /** Asks which screen or window to share; false if nothing was chosen. */
  async share(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 10, max: 15 } } });
      const track = stream.getVideoTracks()[0] ?? null;
      if (!track) return false;
      track.contentHint = "detail";
      track.addEventListener("ended", () => this.stopSharing());
      this.screen = track;
      this.changed();
      return true;
    } catch {
      return false;
    }
  }

  stopSharing(): void {
    if (!this.screen) return;
    this.screen.stop();
    this.screen = null;
    this.changed();
  }

  /** The available devices, by kind (“audioinput”, “videoinput”, “audiooutput”). */
  async list(): Promise<Map<string, MediaDeviceInfo[]>> {
    const found = await navigator.mediaDevices.enumerateDevices();
    return grouped(found);
  }

  private async count(): Promise<void> {
    this.cameras = (await this.list().catch(() => null))?.get("videoinput")?.length ?? 0;
    this.changed();
  }

  close(): void {
    this.closed = true;
    navigator.mediaDevices?.removeEventListener("devicechange", this.look);
    this.background.close();
    for (const track of [this.audio, this.video, this.screen]) track?.stop();
    this.audio = this.video = this.screen = null;
  }

  private wanted(kind: DeviceKind): MediaTrackConstraints {
    const deviceId = localStorage.getItem(KEPT[kind]);
    const usual = kind === "audio" ? MICROPHONE : CAMERA;
    if (deviceId) return { ...usual, deviceId: { ideal: deviceId } };
    return kind === "audio" ? usual : { ...usual, facingMode: this.facing };
  }

  private wantedOf(kinds: readonly DeviceKind[]): MediaStreamConstraints {
    return Object.fromEntries(kinds.map((kind) => [kind, this.wanted(kind)]));
  }

  /** The devices; one that is busy is tried once more after a moment, without a word. */
  private async getMedia(constraints: MediaStreamConstraints, isAlone: boolean): Promise<MediaStream> {
    try {
      return await navigator.mediaDevices.getUserMedia(constraints);
    } catch (error) {
      if (!isAlone || failureOf(error) !== "in_use" || this.closed) throw error;
      await new Promise((resolve) => window.setTimeout(resolve, BUSY_MS));
      return navigator.mediaDevices.getUserMedia(constraints);
    }
  }

  private async take(constraints: MediaStreamConstraints): Promise<boolean> {
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    try {
      const stream = await this.getMedia(constraints, kinds.length === 1);
      for (const track of stream.getTracks()) this.put(track.kind as DeviceKind, track);
      for (const kind of kinds) delete this.failures[kind];
      if (constraints.video) void this.count();
      return true;
    } catch (error) {
      for (const kind of kinds) this.failures[kind] = failureOf(error);
      if (kinds.length === 1) this.changed();
      return false;
    }
  }

  private put(kind: DeviceKind, track: MediaStreamTrack | null): void {
    if (this.closed) {
      track?.stop();
      return;
    }
    const before = this[kind];
    if (track && before && kind === "audio") track.enabled = before.enabled;
    this[kind] = track;
    this.interrupted[kind] = false;
    if (before && before !== track) before.stop();
    if (kind === "video") this.background.use(track);
    if (track) this.follow(kind, track);
    this.changed();
  }

  /**
   * A phone takes a device for a call of its own, and may give it back; a track that ended does not
   * come back.
   */
  private follow(kind: DeviceKind, track: MediaStreamTrack): void {
    track.addEventListener("ended", () => {
      if (this[kind] === track) void this.replace(kind, track);
    });
    let timer = 0;
    const look = (): void => {
      window.clearTimeout(timer);
      if (this[kind] !== track) return;
      if (track.muted) timer = window.setTimeout(() => this.interrupt(kind, track), INTERRUPTED_AFTER_MS);
      else if (this.interrupted[kind]) this.givenBack(kind);
    };
    track.addEventListener("mute", look);
    track.addEventListener("unmute", look);
    look();
  }

  private interrupt(kind: DeviceKind, track: MediaStreamTrack): void {
    if (this[kind] !== track || !track.muted || track.readyState === "ended") return;
    this.interrupted[kind] = true;
    this.changed();
  }

  private givenBack(kind: DeviceKind): void {
    this.interrupted[kind] = false;
    delete this.failures[kind];
    this.changed();
  }

  /** Opens a device whose track ended; without one nothing is shown or sent in its place. */
  private async replace(kind: DeviceKind, ended: MediaStreamTrack): Promise<void> {
    if ((await this.openOne(kind)) || this[kind] !== ended) return;
    this.put(kind, null);
  }

  /** A device that was unplugged ends its track; the next available one takes over. */
  private readonly look = (): void => {
    for (const kind of ["audio", "video"] as const) {
      if (this[kind]?.readyState === "ended" || this.failures[kind] === "missing") void this.openOne(kind);
    }
    this.changed();
  };

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function grouped(devices: MediaDeviceInfo[]): Map<string, MediaDeviceInfo[]> {
  const groups = new Map<string, MediaDeviceInfo[]>();
  for (const device of devices) groups.set(device.kind, [...(groups.get(device.kind) ?? []), device]);
  return groups;
}
