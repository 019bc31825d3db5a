/**
 * The picture that others get of this camera: as it is, or with the room blurred by the device or
 * by the model. While the blur is being prepared, and after it has failed, the room is not shown:
 * a page shows it by `release`, once it has told the person.
 */
import { blur, canBlur, canRunModel, keepBlur, looksAway, wantsBlur } from "./background";
import { BlurredPicture, type Trouble } from "./blurred_picture";
import { FramedSegmenter } from "./segmenter";

/** “held”: the blur has failed, and the whole picture stays blurred until it is released. */
export type BlurState = "off" | "starting" | "on" | "held";

export class Blurring extends EventTarget {
  state: BlurState = "off";
  /** Why it was switched off; null once it is wanted again. */
  trouble: Trouble | null = null;
  /** What others may see now; null for nothing. */
  picture: MediaStreamTrack | null = null;
  private isWanted = wantsBlur();
  /** It has failed, and the person does not know yet: no other camera shows the room either. */
  private isHolding = false;
  private camera: MediaStreamTrack | null = null;
  private made: BlurredPicture | null = null;
  private segmenter: FramedSegmenter | null = null;
  /** Increases whenever what is going on is no longer wanted. */
  private run = 0;

  get wanted(): boolean {
    return this.isWanted;
  }

  /** Whether there is something to choose for the open camera. */
  get isOffered(): boolean {
    return this.camera !== null && (canBlur(this.camera) || canRunModel());
  }

  /** Takes another camera, or none. */
  use(camera: MediaStreamTrack | null): void {
    this.camera = camera;
    this.begin();
  }

  /** Blurs from now on, or not, and keeps the choice. */
  async choose(isWanted: boolean): Promise<void> {
    const wasOn = this.isWanted;
    this.isWanted = isWanted;
    this.isHolding = false;
    this.trouble = null;
    keepBlur(isWanted);
    if (wasOn && !isWanted) await blur(this.camera, false);
    this.begin();
  }

  /** Shows the room: the person knows. */
  release(): void {
    if (!this.isHolding) return;
    this.isHolding = false;
    this.begin();
  }

  close(): void {
    this.forget();
    this.segmenter?.close();
    this.camera = this.picture = this.segmenter = null;
  }

  private begin(): void {
    this.forget();
    const { camera, run } = this;
    if (!camera || looksAway(camera)) this.show("off", camera);
    else if (this.isHolding) this.hold(camera);
    else if (!this.isWanted) this.show("off", camera);
    else if (canBlur(camera)) void this.byDevice(camera, run);
    else this.byModel(camera, run);
  }

  private forget(): void {
    this.run += 1;
    this.made?.close();
    this.made = null;
  }

  private show(state: BlurState, picture: MediaStreamTrack | null): void {
    this.state = state;
    this.picture = picture;
    this.dispatchEvent(new Event("change"));
  }

  private async byDevice(camera: MediaStreamTrack, run: number): Promise<void> {
    this.show("starting", null);
    const done = await blur(camera, true);
    if (run !== this.run) return;
    if (done) this.show("on", camera);
    else this.byModel(camera, run);
  }

  private byModel(camera: MediaStreamTrack, run: number): void {
    try {
      if (!canRunModel()) throw new Error("this browser cannot run the model");
      this.made = new BlurredPicture(camera, {
        begun: () => this.show("on", this.picture),
        stopped: (trouble) => this.fail(trouble),
      });
    } catch {
      this.show("starting", null);
      this.fail("failed");
      return;
    }
    this.show("starting", this.made.track);
    this.segmenter ??= new FramedSegmenter();
    this.segmenter.ready.then(
      (segmenter) => {
        if (run === this.run) this.made?.show(segmenter);
      },
      () => {
        if (run === this.run) this.fail("failed");
      },
    );
  }

  /** Shows another camera as the one before: without its room, or not at all. */
  private hold(camera: MediaStreamTrack): void {
    try {
      this.made = new BlurredPicture(camera, { begun: () => undefined, stopped: () => undefined });
    } catch {
      this.made = null;
    }
    this.show("held", this.made?.track ?? null);
  }

  /**
   * A device that is too slow stays so, and is not tried again unasked. What did not load may load
   * in the next call.
   */
  private fail(trouble: Trouble): void {
    this.trouble = trouble;
    this.isWanted = false;
    this.isHolding = true;
    if (trouble === "slow") keepBlur(false);
    this.segmenter?.close();
    this.segmenter = null;
    this.show("held", this.picture);
  }
}
