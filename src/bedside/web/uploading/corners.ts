/**
 * Where the paper is in a photo: four corners on it, dragged by a finger or mouse, or moved by the arrow
 * keys. What is shown is what is straightened.
 */

import { percent } from "../components/sizes";
import { type Corners, isSheet, type Point, WHOLE } from "./paper/geometry";
import type { Pages } from "./paper/pictures";
import { filled, type PaperWords, say } from "./paper_words";

export interface Decided {
  photo: Blob;
  corners: Corners;
  clear: boolean;
}

const STEP = 0.005;
const LARGE_STEP = 0.05;
const SHOWN = 1_000;
const MOVES: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class CornersDialog {
  private readonly dialog: HTMLDialogElement;
  private readonly handles: HTMLButtonElement[];
  private corners: [number, number][] = [];
  private photo: Blob = new Blob();
  private decide: (decided: Decided | null) => void = () => undefined;

  constructor(
    private readonly pages: Pages,
    private readonly words: PaperWords,
  ) {
    this.dialog = document.querySelector<HTMLDialogElement>("[data-corners]")!;
    this.handles = [...this.dialog.querySelectorAll<HTMLButtonElement>("[data-corner]")];
    for (const handle of this.handles) this.follow(handle);
    this.on("[data-find]", () => void this.find());
    this.on("[data-whole]", () => this.set(WHOLE));
    this.on("[data-use]", () => this.use());
    this.on("[data-cancel]", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.decide(null));
  }

  /** Asks; null if it is left without an answer. `isFound` says whether its edges were just found. */
  async ask(photo: Blob, corners: Corners, clear: boolean, isFound: boolean | null): Promise<Decided | null> {
    this.photo = photo;
    await this.draw(photo);
    this.dialog.querySelector<HTMLInputElement>("#page-clear")!.checked = clear;
    this.said(isFound);
    this.set(corners);
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.querySelector<HTMLElement>("#corners-title")?.focus();
    return new Promise((resolve) => {
      this.decide = resolve;
    });
  }

  /** Another photo in place of the one that is shown. */
  async retake(photo: Blob): Promise<void> {
    this.photo = photo;
    await this.draw(photo);
    await this.find();
  }

  private async draw(photo: Blob): Promise<void> {
    const picture = await createImageBitmap(photo);
    const canvas = this.dialog.querySelector<HTMLCanvasElement>("[data-photo]")!;
    const scale = Math.min(1, SHOWN / Math.max(picture.width, picture.height));
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
  }

  private async find(): Promise<void> {
    const { corners, isFound } = await this.pages.find(this.photo);
    this.set(corners);
    this.said(isFound);
  }

  private use(): void {
    const corners = this.corners as unknown as Corners;
    const clear = this.dialog.querySelector<HTMLInputElement>("#page-clear")!.checked;
    this.decide({ photo: this.photo, corners: isSheet(corners) ? corners : WHOLE, clear });
    this.decide = () => undefined;
    this.dialog.close();
  }

  private set(corners: Corners): void {
    this.corners = corners.map(([x, y]) => [x, y]);
    this.show();
  }

  private show(): void {
    this.handles.forEach((handle, index) => {
      const [x, y] = this.corners[index]!;
      handle.style.left = `${100 * x}%`;
      handle.style.top = `${100 * y}%`;
      const place = { which: handle.dataset.which ?? "", across: inHundred(x), down: inHundred(y) };
      handle.setAttribute("aria-label", filled(String(this.words.corner), place));
    });
    const outline = this.corners.map((corner) => corner.join(",")).join(" ");
    this.dialog.querySelector("[data-outline]")?.setAttribute("points", outline);
  }

  private move(index: number, x: number, y: number): void {
    const inside = (part: number): number => Math.min(1, Math.max(0, part));
    this.corners[index] = [inside(x), inside(y)];
    this.show();
  }

  private follow(handle: HTMLButtonElement): void {
    const index = Number(handle.dataset.corner);
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.dialog.querySelector("[data-photo]")!.getBoundingClientRect();
      this.move(index, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    handle.addEventListener("keydown", (event) => {
      const way = MOVES[event.key];
      if (!way) return;
      event.preventDefault();
      const step = event.shiftKey ? LARGE_STEP : STEP;
      const [x, y] = this.corners[index]!;
      this.move(index, x + way[0] * step, y + way[1] * step);
    });
  }

  private on(selector: string, act: () => void): void {
    this.dialog.querySelector(selector)?.addEventListener("click", act);
  }

  private said(isFound: boolean | null): void {
    const place = this.dialog.querySelector("[data-corners-said]");
    if (place) place.textContent = isFound === null ? "" : say(this.words, isFound ? "found" : "not_found");
  }
}

function inHundred(part: number): string {
  return percent(Math.round(100 * part));
}
