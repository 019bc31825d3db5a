/** Staff check camera and microphone: the picture, the level, and what helps if one does not work. */
import { startBlurSwitch } from "../media/blur_switch";
import { browserOf, type DeviceKind } from "../media/device_failures";
import { isDenied, noticeOf } from "../media/device_state";
import { Devices } from "../media/devices";
import { keepCheck } from "../media/last_check";
import { followLevel } from "../media/microphone_level";
import { showPicture } from "../media/show_picture";

class OwnDevices {
  private devices = new Devices();
  private stopLevel: (() => void) | null = null;

  constructor(private readonly root: HTMLElement) {
    this.find("[data-again]").addEventListener("click", () => void this.run());
    window.addEventListener("pagehide", () => this.devices.close());
  }

  async run(): Promise<void> {
    for (const kind of ["audio", "video"] as const) this.show(kind, "busy");
    this.stopLevel?.();
    this.stopLevel = null;
    this.devices.close(); // a check begins with nothing open
    this.devices = new Devices();
    this.devices.addEventListener("change", () => this.draw());
    startBlurSwitch(this.root, this.devices.background);
    await this.devices.open(true);
    this.draw();
    const { audio, video } = this.devices;
    keepCheck({ camera: video !== null, microphone: audio !== null, at: Date.now() });
    this.stopLevel = audio ? followLevel(audio, (step) => this.level(step)) : null;
  }

  private draw(): void {
    this.devices.background.release(); // nobody else sees it here, and the switch has its words
    const { audio, video, picture, failures } = this.devices;
    for (const [kind, track] of [
      ["audio", audio],
      ["video", video],
    ] as const) {
      if (track ?? failures[kind]) this.show(kind, track ? "ok" : "bad");
    }
    const shown = this.find<HTMLVideoElement>("[data-picture]");
    shown.hidden = !video;
    if (showPicture(shown, picture)) void shown.play().catch(() => undefined);
    this.find("[data-meter]").hidden = !audio;
    this.help();
  }

  private help(): void {
    const { failures } = this.devices;
    const words = JSON.parse(this.root.dataset.words ?? "{}") as Record<string, string>;
    const names = noticeOf(failures, false)?.sentences ?? [];
    if (isDenied(failures)) names.push(`allow_${browserOf(navigator.userAgent)}`);
    const help = this.find("[data-help]");
    help.textContent = names.map((name) => words[name] ?? "").join(" ");
    help.hidden = names.length === 0;
  }

  private level(step: number): void {
    this.find<HTMLMeterElement>("[data-meter]").value = step;
  }

  private show(kind: DeviceKind, result: string): void {
    for (const chip of this.root.querySelectorAll<HTMLElement>(`[data-result^="${kind}-"]`)) {
      chip.hidden = chip.dataset.result !== `${kind}-${result}`;
    }
  }

  private find<Found extends HTMLElement>(selector: string): Found {
    const found = this.root.querySelector<Found>(selector);
    if (!found) throw new Error(`the check has no ${selector}`);
    return found;
  }
}

const root = document.querySelector<HTMLElement>("[data-own-devices-check]");
if (root) void new OwnDevices(root).run();
