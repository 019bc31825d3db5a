/**
 * A camera's picture with the room blurred, as a track. Until the model has found the person, and
 * once it has stopped, the whole picture is blurred: the room is in it at no moment.
 */
import { Pace } from "./blur_pace";
import { rememberCamera } from "./raw_camera";
import { discard, type Segmenter, within } from "./segmenter";

const PER_SECOND = 20;
/** More than this is scaled down for others anyway. */
const LONGEST = 1_280;
/** What the model looks at. */
const SEEN = { width: 256, height: 144 };
/** The room, in so few pixels that nothing can be read or recognised. */
const COARSE = 40;
/** How often it is softened; at its rim, where neighbours are missing, as many pixels are left out. */
const RIM = 2;
/** The first picture prepares the model. */
const FIRST_WITHIN_MS = 20_000;
const NEXT_WITHIN_MS = 5_000;

/** Why the model has stopped: the device is too slow, or it did not answer. */
export type Trouble = "slow" | "failed";

export interface Watching {
  /** The person is to be seen, and the room is not. */
  begun: () => void;
  stopped: (trouble: Trouble) => void;
}

interface Drawing {
  canvas: HTMLCanvasElement;
  pen: CanvasRenderingContext2D;
}

export class BlurredPicture {
  readonly track: MediaStreamTrack;
  private readonly video = document.createElement("video");
  private readonly shown = drawing();
  /** One picture of the camera, for the model and for what is drawn of it. */
  private readonly taken = drawing();
  private readonly seen = drawing();
  private readonly coarse = drawing();
  private readonly coarser = drawing();
  private readonly pace = new Pace();
  private segmenter: Segmenter | null = null;
  private hasBegun = false;
  private isBusy = false;
  private isClosed = false;
  /** Rests as long as the last picture took: the call needs the other half of the time. */
  private restsUntil = 0;
  private stopClock: () => void;

  constructor(
    camera: MediaStreamTrack,
    private readonly watching: Watching,
  ) {
    this.video.muted = this.video.playsInline = true;
    this.video.srcObject = new MediaStream([camera]);
    void this.video.play().catch(() => undefined);
    const [track] = this.shown.canvas.captureStream(PER_SECOND).getVideoTracks();
    if (!track) throw new Error("a canvas without a track");
    this.track = track;
    rememberCamera(track, camera);
    this.stopClock = this.byTimer();
  }

  /** Shows the person from now on. */
  show(segmenter: Segmenter): void {
    if (this.isClosed) return;
    this.segmenter = segmenter;
    this.stopClock();
    this.stopClock = segmenter.every(1_000 / PER_SECOND, () => void this.draw());
  }

  close(): void {
    this.isClosed = true;
    this.stopClock();
    this.track.stop();
    this.video.srcObject = null;
  }

  private byTimer(): () => void {
    const timer = setInterval(() => void this.draw(), 1_000 / PER_SECOND);
    return () => clearInterval(timer);
  }

  private async draw(): Promise<void> {
    const began = performance.now();
    if (this.isBusy || this.isClosed || this.video.videoWidth === 0 || began < this.restsUntil) return;
    this.isBusy = true;
    try {
      await this.drawOne(began);
    } catch {
      // A phone that was locked wakes up long after it should have: the next picture decides.
      const hasSlept = document.hidden || performance.now() - began > 2 * FIRST_WITHIN_MS;
      if (!hasSlept) this.stop("failed");
    } finally {
      const now = performance.now();
      this.restsUntil = 2 * now - began;
      this.isBusy = false;
    }
  }

  private async drawOne(began: number): Promise<void> {
    this.take();
    const { segmenter } = this;
    if (!segmenter) {
      this.drawRoom("copy");
      return;
    }
    const person = await within(this.hasBegun ? NEXT_WITHIN_MS : FIRST_WITHIN_MS, segmenter.personIn(this.seen.canvas));
    if (!this.isClosed) {
      this.drawPerson(person);
      this.drawRoom("destination-over");
    }
    discard(person);
    if (this.isClosed) return;
    this.judge(performance.now() - began);
  }

  private judge(cost: number): void {
    if (!this.hasBegun) this.watching.begun();
    this.hasBegun = true;
    if (document.hidden) this.pace.forget();
    else if (this.pace.add(cost, performance.now())) this.stop("slow");
  }

  /** Blurs the whole picture from now on: whoever shows the room decides that elsewhere. */
  private stop(trouble: Trouble): void {
    if (!this.segmenter || this.isClosed) return;
    this.segmenter = null;
    this.stopClock(); // it goes with the segmenter
    this.stopClock = this.byTimer();
    this.drawRoom("copy");
    this.watching.stopped(trouble);
  }

  private take(): void {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    size(this.shown, width, height);
    size(this.taken, width, height);
    size(this.seen, SEEN.width, SEEN.height);
    this.taken.pen.drawImage(this.video, 0, 0, width, height);
    this.seen.pen.drawImage(this.taken.canvas, 0, 0, SEEN.width, SEEN.height);
  }

  private drawPerson(person: CanvasImageSource): void {
    const { canvas, pen } = this.shown;
    pen.globalCompositeOperation = "copy";
    pen.drawImage(person, 0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = "source-in";
    pen.drawImage(this.taken.canvas, 0, 0);
  }

  /** Shrunk in steps, so that nothing is left out and flickers, then enlarged smoothly. */
  private drawRoom(how: "copy" | "destination-over"): void {
    const { canvas, pen } = this.shown;
    const ratio = canvas.height / canvas.width;
    const width = ratio > 1 ? Math.round(COARSE / ratio) : COARSE;
    const height = Math.max(1, Math.round(width * ratio));
    size(this.coarse, width * 2, height * 2);
    size(this.coarser, width, height);
    this.coarse.pen.drawImage(this.seen.canvas, 0, 0, width * 2, height * 2);
    this.coarser.pen.drawImage(this.coarse.canvas, 0, 0, width, height);
    for (let round = 0; round < RIM; round++) soften(this.coarser);
    pen.globalCompositeOperation = how;
    const inner = [RIM, RIM, width - 2 * RIM, height - 2 * RIM] as const;
    pen.drawImage(this.coarser.canvas, ...inner, 0, 0, canvas.width, canvas.height);
  }
}

/** Spreads each pixel over its neighbours; not every browser has a filter for it. */
function soften({ canvas, pen }: Drawing): void {
  for (const [step, x, y] of [
    [2, 1, 0],
    [3, -1, 0],
    [2, 0, 1],
    [3, 0, -1],
  ] as const) {
    pen.globalAlpha = 1 / step;
    pen.drawImage(canvas, x, y);
  }
  pen.globalAlpha = 1;
}

function drawing(): Drawing {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("a canvas without a context");
  return { canvas, pen };
}

function size({ canvas, pen }: Drawing, width: number, height: number): void {
  if (canvas.width === width && canvas.height === height) return;
  [canvas.width, canvas.height] = [width, height];
  pen.imageSmoothingQuality = "high";
}
