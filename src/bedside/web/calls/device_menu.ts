/** “Camera and sound”: the dialog in which another camera, microphone or speaker is chosen. */
import { say } from "../apps/place";
import { startBlurSwitch } from "../media/blur_switch";
import type { CallSession } from "./session";

type Kind = "audioinput" | "videoinput" | "audiooutput";

const SPEAKER = "bedside-speaker";

export class DeviceMenu {
  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
  ) {
    for (const select of this.selects()) select.addEventListener("change", () => void this.choose(select));
    startBlurSwitch(root, session.devices.background);
    for (const opener of root.querySelectorAll("[data-devices-open]")) {
      opener.addEventListener("click", () => void this.fill());
    }
    session.devices.addEventListener("change", () => {
      if (root.querySelector("dialog[open] [data-devices]")) void this.fill();
    });
  }

  /** Routes sound to the chosen speaker, for new tiles too. */
  applySpeaker(): void {
    const speaker = localStorage.getItem(SPEAKER);
    if (!speaker) return;
    for (const video of this.root.querySelectorAll<HTMLVideoElement>("[data-tiles] video")) {
      if ("setSinkId" in video && video.sinkId !== speaker) void video.setSinkId(speaker).catch(() => undefined);
    }
  }

  private selects(): NodeListOf<HTMLSelectElement> {
    return this.root.querySelectorAll<HTMLSelectElement>("select[data-devices]");
  }

  private async fill(): Promise<void> {
    if (!navigator.mediaDevices) return;
    const found = await this.session.devices.list();
    for (const select of this.selects()) {
      const kind = select.dataset.devices as Kind;
      const devices = (found.get(kind) ?? []).filter((device) => device.deviceId !== "");
      const field = select.closest<HTMLElement>(".field");
      if (field)
        field.hidden = devices.length === 0 || (kind === "audiooutput" && !("setSinkId" in HTMLMediaElement.prototype));
      const wanted = devices.map((device, index) => ({
        value: device.deviceId,
        text: device.label || `${say(this.session.place, `device_${kind}`)} ${index + 1}`,
      }));
      if (JSON.stringify(wanted) === select.dataset.known) continue;
      select.dataset.known = JSON.stringify(wanted);
      select.replaceChildren(
        ...wanted.map(({ value, text }) => new Option(text, value, false, value === this.current(kind))),
      );
    }
  }

  private current(kind: Kind): string {
    const { audio, video } = this.session.devices;
    if (kind === "audiooutput") return localStorage.getItem(SPEAKER) ?? "default";
    return (kind === "audioinput" ? audio : video)?.getSettings().deviceId ?? "";
  }

  private async choose(select: HTMLSelectElement): Promise<void> {
    if (select.dataset.devices === "audiooutput") {
      localStorage.setItem(SPEAKER, select.value);
      this.applySpeaker();
      return;
    }
    const kind = select.dataset.devices === "audioinput" ? "audio" : "video";
    await this.session.devices.choose(kind, select.value);
  }
}
