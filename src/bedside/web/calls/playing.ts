/**
 * Sound and pictures that the browser holds back: until something was pressed, in low power mode
 * (even pictures without sound), or after earphones were pulled out. One button starts all.
 */
const AGAIN_AFTER_MS = 300;

export class Playing {
  private readonly videos = new Set<HTMLVideoElement>();
  private readonly held = new Set<HTMLVideoElement>();
  private readonly again = (): void => void this.resume();

  /** `changed` is called whenever something is held back that was not, or the other way round. */
  constructor(private readonly changed: () => void) {
    navigator.mediaDevices?.addEventListener?.("devicechange", this.again);
    document.addEventListener("visibilitychange", this.again);
  }

  /** What is held back; “pictures” means that no video starts at all. */
  get holds(): "" | "sound" | "pictures" {
    if (this.held.size === 0) return "";
    return [...this.held].some((video) => video.muted) ? "pictures" : "sound";
  }

  isHeld(video: HTMLVideoElement): boolean {
    return this.held.has(video);
  }

  /** Plays a video, and again whenever the system pauses it. */
  async play(video: HTMLVideoElement): Promise<boolean> {
    if (!this.videos.has(video)) this.follow(video);
    try {
      await video.play();
      this.note(video, false);
      return true;
    } catch (error) {
      // Others mean that it got something else to play meanwhile.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.note(video, true);
      return false;
    }
  }

  /** Plays everything that stands still; for a press, which browsers allow it by. */
  async resume(): Promise<boolean> {
    const still = [...this.videos].filter((video) => video.srcObject && video.paused);
    return (await Promise.all(still.map((video) => this.play(video)))).every(Boolean);
  }

  forget(video: HTMLVideoElement): void {
    this.videos.delete(video);
    this.note(video, false);
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.again);
    document.removeEventListener("visibilitychange", this.again);
    this.videos.clear();
    this.held.clear();
  }

  private follow(video: HTMLVideoElement): void {
    this.videos.add(video);
    video.addEventListener("playing", () => this.note(video, false));
    video.addEventListener("pause", () => {
      window.setTimeout(() => {
        if (this.videos.has(video) && video.srcObject && video.paused) void this.play(video);
      }, AGAIN_AFTER_MS);
    });
  }

  private note(video: HTMLVideoElement, isHeld: boolean): void {
    if (this.held.has(video) === isHeld) return;
    if (isHeld) this.held.add(video);
    else this.held.delete(video);
    this.changed();
  }
}
