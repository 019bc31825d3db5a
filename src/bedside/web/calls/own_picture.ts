/**
 * The own picture over the others': in the shape that they see, in the corner that was chosen last,
 * or hidden.
 */
const KEPT = "bedside-own-picture";
const CORNERS = ["bottom-right", "bottom-left", "top-left", "top-right"] as const;

export class OwnPicture {
  constructor(private readonly root: HTMLElement) {
    const video = this.tile()?.querySelector("video");
    video?.addEventListener("resize", () => this.shape(video));
    this.act("move", () => this.move());
    this.act("hide", () => this.hide(true));
    this.act("show", () => this.hide(false));
    this.tile()?.addEventListener("click", (event) => this.tapped(event));
    this.put(localStorage.getItem(KEPT) ?? "");
  }

  private tile(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-own]");
  }

  private act(name: string, does: () => void): void {
    this.root.querySelector(`[data-own-does="${name}"]`)?.addEventListener("click", does);
  }

  /** A finger shows the tools; a second tap beside them takes them away. */
  private tapped(event: Event): void {
    if (!(event.target as Element).closest("button")) this.tile()?.toggleAttribute("data-tools");
  }

  private shape(video: HTMLVideoElement): void {
    const tile = this.tile();
    if (!tile || video.videoHeight === 0) return;
    tile.style.setProperty("--shape", `${video.videoWidth} / ${video.videoHeight}`);
    tile.dataset.shape = video.videoHeight > video.videoWidth ? "upright" : "wide";
  }

  private put(corner: string): void {
    const found = CORNERS.find((one) => one === corner) ?? CORNERS[0];
    this.tile()?.setAttribute("data-corner", found);
  }

  private move(): void {
    const corners: readonly string[] = CORNERS;
    const now = corners.indexOf(this.tile()?.dataset.corner ?? "");
    const next = corners[(now + 1) % corners.length] ?? "";
    localStorage.setItem(KEPT, next);
    this.put(next);
  }

  /** Others go on seeing it. */
  private hide(isHidden: boolean): void {
    const tile = this.tile();
    const back = this.root.querySelector<HTMLElement>("[data-own-does=show]");
    if (!tile || !back) return;
    tile.hidden = isHidden;
    back.hidden = !isHidden;
    (isHidden ? back : tile.querySelector<HTMLElement>("[data-own-does=hide]"))?.focus();
  }
}
