/**
 * The buttons of a call. Each is in the page already, with its texts for both positions; this
 * presses them, shows the position, and announces what changed. Keys are data-key (see keys.ts).
 */

import { say } from "../apps/place";
import { announce } from "../components/announce";
import { appOf, deviceOf } from "../media/browsers";
import { browserOf, type DeviceKind } from "../media/device_failures";
import { isDenied, noticeOf } from "../media/device_state";
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
      again: () => this.openAgain(),
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
    this.set("mute", !session.muted && session.devices.audio !== null && session.microphone === "ok");
    this.set("camera", session.devices.video !== null);
    this.set("share", !session.sharing);
    for (const button of this.buttons("turn")) button.hidden = !session.devices.canTurn;
    this.drawMode();
    this.drawQuality();
    this.drawFailures();
    this.drawTaken();
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
    if (!session.devices.audio || session.microphone === "interrupted") {
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
    announce(say(session.place, done ? this.facing() : "cannot_turn"), !done);
  }

  private facing(): string {
    const { facing, background } = this.session.devices;
    return facing === "environment" && background.wanted ? "facing_environment_sharp" : `facing_${facing}`;
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
    await this.tiles.playAll();
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

  private async openAgain(): Promise<void> {
    const { session } = this;
    await session.openAgain();
    if (session.microphone === "ok" && !session.muted) announce(say(session.place, "unmuted"));
  }

  /** One notice for both devices: whoever reads it knows what is true, and is helped once. */
  private drawFailures(): void {
    const { place, devices, muted } = this.session;
    const { failures } = devices;
    const notice = noticeOf(failures, devices.audio !== null && !muted && !devices.interrupted.audio);
    const isOut = failures.audio === "unsupported" || failures.video === "unsupported";
    const way = isDenied(failures)
      ? appOf(navigator.userAgent) === null
        ? browserOf(navigator.userAgent)
        : "app"
      : "";
    const sentences = isOut ? [] : [...(notice?.sentences ?? []), ...(way ? [`allow_${way}`] : [])];
    const words = sentences.map((name) => say(place, name)).join(" ");
    for (const kind of ["audio", "video"] as const) this.fillNotice(kind, notice?.kinds[0] === kind ? words : "");
  }

  private fillNotice(kind: DeviceKind, words: string): void {
    const banner = this.root.querySelector<HTMLElement>(`[data-failure="${kind}"]`);
    const text = banner?.querySelector("p");
    if (!banner || !text || text.textContent === words) return; // the person may have read and closed it
    text.textContent = words;
    banner.hidden = words === "";
  }

  /** The phone has taken the microphone or the camera; one tap takes it back. */
  private drawTaken(): void {
    const { interrupted, failures } = this.session.devices;
    const notice = this.root.querySelector<HTMLElement>("[data-taken]");
    const kind = interrupted.audio && !failures.audio ? "audio" : interrupted.video && !failures.video ? "video" : "";
    const shown = kind && deviceOf(navigator.userAgent) === "computer" ? `${kind}-computer` : kind;
    if (!notice || notice.dataset.taken === shown) return;
    notice.dataset.taken = shown;
    notice.hidden = shown === "";
    for (const words of notice.querySelectorAll<HTMLElement>("[data-taken-words]")) {
      words.hidden = words.dataset.takenWords !== shown;
    }
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
