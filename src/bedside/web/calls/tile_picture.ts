/**
 * What one can do with somebody's picture: see the whole of it or let it fill its place, zoom in
 * and move it, hold it still, pin it. Until somebody asks for more, nothing is cut off.
 */
import { moved, NO_ZOOM, type Zoom, zoomed } from "./picture_fit";

const STEP = 1.5;
/** How far an arrow key moves a zoomed picture, in shares of its place. */
const KEY_STEP = 0.1;
const ARROWS: Record<string, [x: number, y: number]> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export class TilePicture {
  private zoom: Zoom = NO_ZOOM;

  constructor(
    private readonly tile: HTMLElement,
    private readonly pinned: () => void,
  ) {
    const does: Record<string, () => void> = {
      fit: () => this.turn(),
      "zoom-in": () => this.zoomTo(zoomed(this.zoom, STEP)),
      "zoom-out": () => this.zoomTo(zoomed(this.zoom, 1 / STEP)),
      still: () => this.hold(),
      pin: () => this.pinned(),
    };
    for (const [name, act] of Object.entries(does)) this.tool(name)?.addEventListener("click", act);
    this.video()?.addEventListener("emptied", () => this.release());
    tile.addEventListener("keydown", (event) => this.press(event));
    tile.addEventListener("pointerdown", (event) => this.drag(event));
    this.draw();
  }

  /** Width by height of what is shown; a usual camera's while nothing is. */
  get ratio(): number {
    const video = this.video();
    return video && video.videoHeight > 0 ? video.videoWidth / video.videoHeight : 4 / 3;
  }

  private video(): HTMLVideoElement | null {
    return this.tile.querySelector("video");
  }

  private tool(name: string): HTMLElement | null {
    return this.tile.querySelector<HTMLElement>(`[data-picture-does="${name}"]`);
  }

  private turn(): void {
    this.tile.dataset.fit = this.tile.dataset.fit === "fill" ? "whole" : "fill";
    this.zoomTo(NO_ZOOM);
  }

  private zoomTo(zoom: Zoom): void {
    this.zoom = zoom;
    const shown = zoom.scale > 1 ? `translate(${zoom.x * 100}%, ${zoom.y * 100}%) scale(${zoom.scale})` : "";
    for (const picture of this.tile.querySelectorAll<HTMLElement>("video, canvas")) picture.style.transform = shown;
    this.draw();
  }

  private press(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (!arrow || this.zoom.scale === 1) return;
    event.preventDefault();
    this.zoomTo(moved(this.zoom, arrow[0] * KEY_STEP, arrow[1] * KEY_STEP));
  }

  /** A zoomed picture follows the pointer. */
  private drag(event: PointerEvent): void {
    if (this.zoom.scale === 1 || (event.target as Element).closest("button")) return;
    this.tile.setPointerCapture(event.pointerId);
    let [x, y] = [event.clientX, event.clientY];
    const move = (at: PointerEvent): void => {
      const by = [(at.clientX - x) / this.tile.clientWidth, (at.clientY - y) / this.tile.clientHeight] as const;
      [x, y] = [at.clientX, at.clientY];
      this.zoomTo(moved(this.zoom, ...by));
    };
    const end = (): void => this.tile.removeEventListener("pointermove", move);
    this.tile.addEventListener("pointermove", move);
    this.tile.addEventListener("pointerup", end, { once: true });
    this.tile.addEventListener("pointercancel", end, { once: true });
  }

  /** Holds what is seen now, while sound and call go on; pressed again, it is live. */
  private hold(): void {
    const video = this.video();
    if (this.release() || !video || video.videoWidth === 0) return;
    const still = document.createElement("canvas");
    [still.width, still.height] = [video.videoWidth, video.videoHeight];
    still.getContext("2d")?.drawImage(video, 0, 0);
    still.style.transform = video.style.transform;
    video.after(still);
    this.draw();
  }

  /** Returns whether a still picture was there. */
  private release(): boolean {
    const still = this.tile.querySelector("canvas");
    still?.remove();
    this.draw();
    return still !== null;
  }

  private draw(): void {
    const held = this.tile.querySelector("canvas") !== null;
    this.tile.toggleAttribute("data-held", held);
    this.tile.toggleAttribute("data-zoomed", this.zoom.scale > 1);
    this.set("fit", this.tile.dataset.fit !== "fill");
    this.set("still", !held);
    this.tile.querySelector("[data-sign=held]")?.toggleAttribute("hidden", !held);
    const out = this.tool("zoom-out") as HTMLButtonElement | null;
    if (out) out.disabled = this.zoom.scale === 1;
  }

  private set(name: string, on: boolean): void {
    const tool = this.tool(name);
    if (tool) tool.dataset.on = String(on);
  }
}
