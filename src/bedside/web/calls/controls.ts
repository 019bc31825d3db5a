/**
 * The buttons of a call. Each is in the page already, with its texts for both positions; this
 * presses them, shows the position, and announces what changed. Keys are data-key (see keys.ts).
 */

import { say } from "../apps/place";
import { announce } from "../components/announce";
import { type DeviceKind, failureWords } from "../media/device_failures";
import { TURN, TURNED } from "../media/turning";
import type { CallSession } from "./session";
import type { Tiles } from "./tiles";

type Pressed = () => void | Promise<void>;

export class Controls {
  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
    private readonly tiles: Tiles,
    leave: () => void,
  ) {
    const presses: Record<string, Pressed> = {
      mute: () => this.mute(),
      camera: () => this.camera(),
      turn: () => this.turn(),
      share: () => this.share(),
      "full-screen": () => this.fullScreen(),
      "picture-in-picture": () => this.pictureInPicture(),
      sound: () => this.playSound(),
      leave,
    };
    for (const [name, press] of Object.entries(presses)) {
      for (const button of this.buttons(name)) button.addEventListener("click", () => void press());
    }
    for (const button of root.querySelectorAll("[data-notice-close]")) {
      button.addEventListener("click", () => button.closest(".call-notice")?.setAttribute("hidden", ""));
    }
    document.addEventListener(TURN, this.turned);
    this.hideWhatCannotBe();
    this.draw();
  }

  draw(): void {
    const { session } = this;
    this.set("mute", !session.muted && session.devices.audio !== null);
    this.set("camera", session.devices.video !== null);
    this.set("share", !session.sharing);
    for (const button of this.buttons("turn")) button.hidden = !session.devices.canTurn;
    this.drawMode();
    this.drawQuality();
    for (const kind of ["audio", "video"] as const) this.drawFailure(kind);
    this.root.querySelector("[data-interrupted]")?.toggleAttribute("hidden", !session.interruption);
  }

  close(): void {
    document.removeEventListener(TURN, this.turned);
    if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => undefined);
    if (document.fullscreenElement === this.root) void document.exitFullscreen().catch(() => undefined);
  }

  private buttons(name: string): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>(`[data-control="${name}"]`);
  }

  /** The position of a switch: text and icon of the other one are hidden (see call.css). */
  private set(name: string, on: boolean): void {
    for (const button of this.buttons(name)) button.dataset.on = String(on);
  }

  private async mute(): Promise<void> {
    const { session } = this;
    if (!session.devices.audio) {
      if (await session.devices.openOne("audio")) session.setMuted(false);
    } else {
      session.setMuted(!session.muted);
    }
    if (session.devices.audio) announce(say(session.place, session.muted ? "muted" : "unmuted"));
  }

  private async camera(): Promise<void> {
    const { session } = this;
    const on = session.devices.video === null;
    const done = await session.setCamera(on);
    if (done) announce(say(session.place, on ? "camera_on" : "camera_off"));
  }

  private readonly turned = (): void => void this.turn();

  private async turn(): Promise<void> {
    const { session } = this;
    const button = this.buttons("turn")[0];
    if (button?.ariaBusy === "true") return;
    button?.setAttribute("aria-busy", "true");
    const done = await session.devices.turn();
    button?.removeAttribute("aria-busy");
    document.dispatchEvent(new Event(TURNED));
    announce(say(session.place, done ? `facing_${session.devices.facing}` : "cannot_turn"), !done);
  }

  private async share(): Promise<void> {
    const { session } = this;
    const on = !session.sharing;
    if (await session.setSharing(on)) announce(say(session.place, on ? "sharing" : "not_sharing"));
  }

  private async fullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.root.requestFullscreen();
  }

  private async pictureInPicture(): Promise<void> {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.tiles.mainVideo()?.requestPictureInPicture();
  }

  private async playSound(): Promise<void> {
    if (await this.tiles.playAll()) this.root.querySelector("[data-sound-held]")?.setAttribute("hidden", "");
  }

  /** A voice call offers video; if somebody else has turned it into one, this page is asked too. */
  private drawMode(): void {
    const { session } = this;
    const seen = session.devices.video !== null;
    const voice = session.mode === "voice";
    const notice = this.root.querySelector("[data-video-started]");
    const turned = this.root.dataset.voice === "true" && !voice && !seen;
    this.root.dataset.voice = String(voice && !seen);
    if (turned) announce(notice?.querySelector("p")?.textContent ?? "");
    if (turned) notice?.removeAttribute("hidden");
    if (seen) notice?.setAttribute("hidden", "");
  }

  private drawQuality(): void {
    const { session } = this;
    const connected = session.others().some(([, one]) => session.stateOf(one) === "connected");
    const level = connected ? session.quality() : "";
    const shown = this.root.querySelector<HTMLElement>("[data-quality]");
    if (!shown || shown.dataset.quality === level) return;
    const before = shown.dataset.quality;
    shown.dataset.quality = level;
    shown.hidden = level === "";
    if (level && before && before !== level) {
      announce(shown.querySelector(`[data-level="${level}"]`)?.textContent?.trim() ?? "");
    }
  }

  private drawFailure(kind: DeviceKind): void {
    const failure = this.session.devices.failures[kind];
    const banner = this.root.querySelector<HTMLElement>(`[data-failure="${kind}"]`);
    const text = banner?.querySelector("p");
    if (!banner || !text) return;
    const words = failure ? failureWords(this.session.place, kind, failure) : "";
    if (text.textContent === words) return; // the person may have read and closed it
    text.textContent = words;
    banner.hidden = words === "";
  }

  private hideWhatCannotBe(): void {
    const can: Record<string, boolean> = {
      share: "getDisplayMedia" in (navigator.mediaDevices ?? {}),
      "full-screen": document.fullscreenEnabled,
      "picture-in-picture": document.pictureInPictureEnabled,
    };
    for (const [name, possible] of Object.entries(can)) {
      for (const button of this.buttons(name)) button.hidden = !possible;
    }
  }
}
