/**
 * Taking the photo requested by staff: aim, take it, look at it, and either send it or take another.
 * Nothing leaves the phone before “Send this photo”.
 */
import { isTyping } from "../components/keys";
import { TURN, TURNED } from "../media/turning";
import { type Camera, facingOf, isOn, megapixels, openCamera, type Still, stillOf } from "./camera";

/** Below, small details are lost: photo requests ask for as much (FEATURES R3). */
const ENOUGH_PIXELS = 2_000_000;

type Step = "aim" | "look";

/** The result: a photo, nothing because the patient closed it or does not want it, or no camera. */
export type Taken = File | "closed" | "declined" | "no_camera";

export class PhotoTaking {
  private camera: Camera | null = null;
  private still: Still | null = null;
  /** The call's camera was turned away from the person for the photo. */
  private turned = false;
  private shownAt = "";
  private busy = false;
  private isWanted = false;
  private done: ((taken: Taken) => void) | null = null;

  /** `dialog` is that of file_transfer/photo_taking.html. */
  constructor(private readonly dialog: HTMLDialogElement) {
    dialog.addEventListener("close", () => this.finish(this.still?.file ?? "closed"));
    dialog.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-photo]")?.dataset.photo;
      if (pressed === "take") void this.take();
      else if (pressed === "again") this.show("aim");
      else if (pressed === "use" || pressed === "decline") this.dialog.close(pressed);
      else if (pressed === "turn") this.turn();
    });
    document.addEventListener(TURNED, () => void this.aimAgain());
  }

  /**
   * Whether aiming may begin without a press: the clinic sees the camera already, and nothing else is
   * being done on this page.
   */
  mayBegin(): boolean {
    const isFree = !this.busy && !document.querySelector("dialog[open]") && !isTyping(document.activeElement);
    return isFree && document.visibilityState === "visible" && isOn();
  }

  /**
   * Opens the camera, and resolves with the patient's choice. One photo at a time. `isPressed`: the
   * patient began it, so that the camera may be turned away from the face.
   */
  async run(isPressed: boolean): Promise<Taken> {
    if (this.busy) return "closed";
    this.busy = this.isWanted = true;
    const camera = await openCamera();
    if (!camera || !this.isWanted) {
      camera?.close();
      this.busy = false;
      return camera ? "closed" : "no_camera";
    }
    const taken = new Promise<Taken>((done) => (this.done = done));
    this.aim(camera);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.show("aim");
    // What the clinic wants to see is rarely a face.
    if (isPressed && camera.isOfCall && facingOf(camera.track) === "user" && this.mayTurn()) this.turn();
    return await taken;
  }

  private aim(camera: Camera): void {
    this.camera = camera;
    const { video } = this.parts();
    video.srcObject = new MediaStream([camera.track]);
    video.toggleAttribute("data-mirrored", camera.isMirrored);
    void video.play().catch(() => undefined);
    const turn = this.dialog.querySelector<HTMLElement>("[data-photo=turn]");
    if (turn) turn.hidden = !camera.isOfCall || !this.mayTurn();
  }

  /** As the call's own button, which is there for phones with two cameras. */
  private mayTurn(): boolean {
    return document.querySelector("[data-control=turn]:not([hidden])") !== null;
  }

  private turn(): void {
    this.turned = !this.turned;
    document.dispatchEvent(new Event(TURN));
  }

  /** The call has another camera now. */
  private async aimAgain(): Promise<void> {
    if (!this.busy || !this.camera?.isOfCall) return;
    const camera = await openCamera();
    if (camera && this.busy) this.aim(camera);
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
    const { camera } = this;
    const button = this.dialog.querySelector("[data-photo=take]");
    if (!camera || button?.ariaBusy === "true") return;
    button?.setAttribute("aria-busy", "true");
    const still = await stillOf(video, camera.track);
    button?.removeAttribute("aria-busy");
    if (!still || !this.done) return;
    this.still = still;
    this.forgetShown();
    this.shownAt = image.src = URL.createObjectURL(still.file);
    this.show("look");
  }

  /** Shows the buttons of the step, and its text, which screen readers announce. */
  private show(step: Step): void {
    const { said } = this.parts();
    if (step === "aim") this.still = null;
    this.dialog.dataset.step = step;
    said.textContent = [said.dataset[step] ?? "", this.size()].filter(Boolean).join(" ");
    this.dialog.querySelector<HTMLElement>(`[data-photo="${step === "aim" ? "take" : "use"}"]`)?.focus();
  }

  /** How fine the photo is, and what helps if it is not. */
  private size(): string {
    const { said } = this.parts();
    if (!this.still) return "";
    const pixels = this.still.width * this.still.height;
    const words = (pixels < ENOUGH_PIXELS ? said.dataset.coarse : said.dataset.fine) ?? "";
    return words.replace("{size}", megapixels(this.still));
  }

  private finish(taken: Taken): void {
    const { done } = this;
    if (!done) return;
    const { returnValue } = this.dialog;
    this.done = null;
    this.busy = false;
    this.camera?.close();
    this.camera = this.still = null;
    if (this.turned) this.turn(); // back to the face
    this.parts().video.srcObject = null;
    this.forgetShown();
    done(returnValue === "use" ? taken : returnValue === "decline" ? "declined" : "closed");
  }

  private forgetShown(): void {
    if (this.shownAt) URL.revokeObjectURL(this.shownAt);
    this.shownAt = "";
    this.parts().image.removeAttribute("src");
  }
}
