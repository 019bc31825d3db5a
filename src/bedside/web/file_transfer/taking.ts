/**
 * Taking the photo requested by staff: aim, take it, look at it, and either use it or take another.
 * Nothing leaves the phone before “Use this photo”.
 */
import { type Camera, openCamera, stillOf } from "./camera";

type Step = "aim" | "look";

/** The result: a photo, nothing because the patient closed it, or no camera. */
export type Taken = File | "closed" | "no_camera";

export class PhotoTaking {
  private camera: Camera | null = null;
  private still: File | null = null;
  private shownAt = "";
  private busy = false;
  private isWanted = false;
  private done: ((taken: Taken) => void) | null = null;

  /** `dialog` is that of file_transfer/photo_taking.html. */
  constructor(private readonly dialog: HTMLDialogElement) {
    dialog.addEventListener("close", () => this.finish(this.still ?? "closed"));
    dialog.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-photo]")?.dataset.photo;
      if (pressed === "take") void this.take();
      else if (pressed === "again") this.show("aim");
      else if (pressed === "use") this.dialog.close("used");
    });
  }

  /** Opens the camera, and resolves with the patient's choice. One photo at a time. */
  async run(): Promise<Taken> {
    if (this.busy) return "closed";
    this.busy = this.isWanted = true;
    const camera = await openCamera();
    if (!camera || !this.isWanted) {
      camera?.close();
      this.busy = false;
      return camera ? "closed" : "no_camera";
    }
    this.camera = camera;
    const taken = new Promise<Taken>((done) => (this.done = done));
    const { video } = this.parts();
    video.srcObject = camera.stream;
    video.toggleAttribute("data-mirrored", camera.isMirrored);
    void video.play().catch(() => undefined);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.show("aim");
    return await taken;
  }

  /** The photo is no longer wanted, or the page shows something else. */
  close(): void {
    this.isWanted = false;
    this.dialog.close();
    this.finish("closed"); // a dialog that has left the page fires no events
  }

  private parts(): { video: HTMLVideoElement; image: HTMLImageElement; said: HTMLElement } {
    const video = this.dialog.querySelector("video");
    const image = this.dialog.querySelector("img");
    const said = this.dialog.querySelector<HTMLElement>("[data-photo-said]");
    if (!video || !image || !said) throw new Error("file_transfer/photo_taking.html");
    return { video, image, said };
  }

  private async take(): Promise<void> {
    const { video, image } = this.parts();
    const still = await stillOf(video);
    if (!still || !this.done) return;
    this.still = still;
    this.forgetShown();
    this.shownAt = image.src = URL.createObjectURL(still);
    this.show("look");
  }

  /** Shows the buttons of the step, and its text, which screen readers announce. */
  private show(step: Step): void {
    const { said } = this.parts();
    if (step === "aim") this.still = null;
    this.dialog.dataset.step = step;
    said.textContent = said.dataset[step] ?? "";
    this.dialog.querySelector<HTMLElement>(`[data-photo="${step === "aim" ? "take" : "use"}"]`)?.focus();
  }

  private finish(taken: Taken): void {
    const { done } = this;
    if (!done) return;
    const used = this.dialog.returnValue === "used";
    this.done = null;
    this.busy = false;
    this.camera?.close();
    this.camera = this.still = null;
    this.parts().video.srcObject = null;
    this.forgetShown();
    done(used ? taken : "closed");
  }

  private forgetShown(): void {
    if (this.shownAt) URL.revokeObjectURL(this.shownAt);
    this.shownAt = "";
    this.parts().image.removeAttribute("src");
  }
}
