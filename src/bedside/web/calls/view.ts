/** A call on a page: the session, its tiles and its controls, for every kind of participant. */

import { type CallPlace, say } from "../apps/place";
import { announce } from "../components/announce";
import type { LiveSocket } from "../live/socket";
import { startWayOut } from "../media/way_out";
import { BlurNotice } from "./blur_notice";
import { Controls } from "./controls";
import { DeviceMenu } from "./device_menu";
import { CallSession, type End } from "./session";
import { Tiles } from "./tiles";

/** Shows the whiteboard of the call to whoever looks on. */
export type FollowBoard = (stage: HTMLElement) => { end: () => void };

export interface Happenings {
  /** The person pressed “Leave”. */
  leave: () => void;
  /** This page is no longer in the call. */
  ended: (end: End) => void;
  /** Something changed, after the tiles and controls show it. */
  drawn?: () => void;
}

export class CallView {
  readonly session: CallSession;
  private readonly tiles: Tiles;
  private readonly controls: Controls;
  private readonly devices: DeviceMenu;
  private readonly blurNotice: BlurNotice;
  private readonly clock: number;
  private over = false;

  constructor(
    private readonly root: HTMLElement,
    place: CallPlace,
    socket: LiveSocket,
    private readonly happenings: Happenings,
  ) {
    startWayOut(root);
    this.session = new CallSession(place, socket);
    this.tiles = new Tiles(root, this.session);
    this.controls = new Controls(root, this.session, this.tiles, happenings.leave);
    this.devices = new DeviceMenu(root, this.session);
    this.blurNotice = new BlurNotice(root, this.session);
    this.session.addEventListener("change", () => this.draw());
    this.clock = window.setInterval(() => this.drawTime(), 1_000);
    this.drawTime();
  }

  /** Joins; resolves once devices and connections are being set up. */
  async start(): Promise<void> {
    announce(say(this.session.place, "joining"));
    await this.session.start();
  }

  stop(): void {
    this.over = true;
    window.clearInterval(this.clock);
    this.controls.close();
    this.blurNotice.close();
    this.tiles.close();
    this.session.stop();
  }

  private draw(): void {
    if (this.over) return;
    this.tiles.draw();
    this.controls.draw();
    this.devices.applySpeaker();
    this.happenings.drawn?.();
    if (!this.session.end) return;
    this.stop();
    this.happenings.ended(this.session.end);
  }

  /** How long the call has lasted: 06:41. */
  private drawTime(): void {
    const shown = this.root.querySelector<HTMLElement>("[data-call-time]");
    if (!shown) return;
    const seconds = Math.max(0, Math.floor((Date.now() - this.session.place.startedAt) / 1_000));
    const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
    const wanted = parts[0] === 0 ? parts.slice(1) : parts;
    shown.textContent = wanted.map((part) => String(part).padStart(2, "0")).join(":");
  }
}
