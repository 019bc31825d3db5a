/**
 * The blur has ended by itself: the person learns of it, and decides, before others see the room.
 * While the page is not shown nobody can have read it, so the time does not begin.
 */
import { say } from "../apps/place";
import { announce } from "../components/announce";
import type { CallSession } from "./session";

const SHOWN_AFTER_MS = 10_000;

export class BlurNotice {
  private timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    this.act("show", () => this.show());
    this.act("camera-off", () => void this.cameraOff());
    session.devices.background.addEventListener("change", () => this.draw());
    document.addEventListener("visibilitychange", this.count);
  }

  close(): void {
    window.clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.count);
  }

  private get isHeld(): boolean {
    return this.session.devices.background.state === "held";
  }

  private act(name: string, does: () => void): void {
    this.root.querySelector(`[data-blur-does="${name}"]`)?.addEventListener("click", does);
  }

  private draw(): void {
    const { trouble } = this.session.devices.background;
    const notice = this.root.querySelector<HTMLElement>("[data-blur-trouble]");
    const shown = this.isHeld ? (trouble ?? "") : "";
    if (!notice || notice.dataset.blurTrouble === shown) return;
    notice.dataset.blurTrouble = shown;
    notice.hidden = shown === "";
    for (const cause of notice.querySelectorAll<HTMLElement>("[data-blur-cause]")) {
      cause.hidden = cause.dataset.blurCause !== shown;
    }
    this.count();
  }

  private readonly count = (): void => {
    window.clearTimeout(this.timer);
    if (this.isHeld && !document.hidden) this.timer = window.setTimeout(() => this.show(), SHOWN_AFTER_MS);
  };

  private show(): void {
    if (!this.isHeld) return;
    this.session.devices.background.release();
    announce(say(this.session.place, "not_blurred"));
  }

  /** What is switched on again later is not blurred: that was read here. */
  private async cameraOff(): Promise<void> {
    await this.session.setCamera(false);
    this.session.devices.background.release();
    announce(say(this.session.place, "camera_off"));
  }
}
