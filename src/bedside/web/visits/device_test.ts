/**
 * The device test: picture, microphone, sound, connection. Each shows its result and, if it failed,
 * what helps in this very browser. The results go to the clinic; nothing is recorded.
 */

import { announce } from "../components/announce";
import { startBlurSwitch } from "../media/blur_switch";
import { appOf } from "../media/browsers";
import { browserOf, type DeviceKind, type Failure } from "../media/device_failures";
import { Devices } from "../media/devices";
import { followLevel } from "../media/microphone_level";
import { tell } from "../media/server";
import { showPicture } from "../media/show_picture";
import { startWayOut } from "../media/way_out";
import { checkConnection } from "./connection_check";
import { play } from "./sounds";
import { type Found, foundSoFar, goOnName, type Part, type Result } from "./test_results";
import { word } from "./words";

const KINDS: Readonly<Record<"camera" | "microphone", DeviceKind>> = { camera: "video", microphone: "audio" };
const RESULTS: Readonly<Record<Failure, Result>> = {
  denied: "blocked",
  missing: "missing",
  in_use: "failed",
  insecure: "failed",
  unsupported: "failed",
  other: "failed",
};
/** Consecutive steps of loudness that count as hearing somebody. */
const HEARD_STEP = 2;
const HEARD_TIMES = 3;
/** Results that come one after another go to the clinic together. */
const TELL_AFTER_MS = 300;

export class DeviceTest {
  private readonly devices = new Devices();
  private readonly results: Found = {};
  private readonly section: HTMLElement;
  private readonly form: HTMLFormElement;
  private shownAudio: MediaStreamTrack | null = null;
  private shownVideo: MediaStreamTrack | null = null;
  private stopLevel: (() => void) | null = null;
  private isSilent = true;
  /** Devices are being opened: what they become is shown then. */
  private isOpening = true;
  private timesHeard = 0;
  private told = "";
  private telling: Promise<void> = Promise.resolve();
  private timer = 0;

  /**
   * `root` holds the whole view; `ice` is where relays are requested; `done` is called on
   * continuing.
   */
  constructor(
    private readonly root: HTMLElement,
    private readonly ice: string,
    private readonly done: () => void,
  ) {
    this.section = this.find("[data-device-test]");
    this.form = this.find("#tested");
    this.find("[data-start-test]").addEventListener("click", () => void this.run());
    this.find("[data-play]").addEventListener("click", () => this.playSound());
    for (const answer of this.section.querySelectorAll<HTMLElement>("[data-heard-it]")) {
      answer.addEventListener("click", () => this.answered(answer.dataset.heardIt === "ok"));
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.goOn();
    });
    this.devices.addEventListener("change", () => this.follow());
    startBlurSwitch(root, this.devices.background);
    if (startWayOut(root)) this.without();
    else this.offer();
  }

  private offer(): void {
    this.section.hidden = false;
    this.find("[data-start-test]").hidden = false;
    this.find("[data-go-on]").classList.replace("button-primary", "button-quiet");
  }

  /** A browser without calls has nothing to test, and the clinic knows it at once. */
  private without(): void {
    Object.assign(this.results, { camera: "failed", microphone: "failed" });
    this.renameGoOn();
    this.tellSoon();
  }

  /** Releases camera and microphone. */
  stop(): void {
    window.clearTimeout(this.timer);
    this.stopLevel?.();
    this.stopLevel = null;
    this.devices.close();
  }

  private async run(): Promise<void> {
    this.find("[data-start-test]").hidden = true;
    const goOn = this.find("[data-go-on]");
    goOn.classList.replace("button-quiet", "button-primary");
    goOn.focus();
    this.renameGoOn();
    await Promise.all([this.openDevices(), this.checkConnection()]);
  }

  // --- camera and microphone -------------------------------------------------------------------

  private async openDevices(): Promise<void> {
    this.find("[data-picture-words]").textContent = word("asking");
    this.busy("camera");
    this.busy("microphone");
    await this.devices.open(true);
    this.isOpening = false;
    this.showCamera();
    this.showMicrophone();
  }

  /** A device that stops in the middle of the test is no longer fine. */
  private follow(): void {
    if (this.isOpening) return;
    this.devices.background.release(); // nobody else sees it here, and the switch has its words
    const { audio, video, picture } = this.devices;
    if (video !== this.shownVideo) this.showCamera();
    else if (video) this.showPicture(picture);
    if (audio !== this.shownAudio) this.showMicrophone();
  }

  private showCamera(): void {
    const { video, picture, failures } = this.devices;
    this.shownVideo = video;
    this.find("[data-picture]").hidden = !video;
    this.find("[data-picture-words]").hidden = video !== null;
    if (video) {
      this.showPicture(picture);
      this.found("camera", "ok", word("camera_ok"));
      return;
    }
    this.find("[data-picture-words]").textContent = word("no_picture");
    this.failed("camera", failures.video ?? "other");
  }

  /** As others would see it. */
  private showPicture(picture: MediaStreamTrack | null): void {
    const video = this.find<HTMLVideoElement>("[data-picture]");
    if (showPicture(video, picture)) void video.play().catch(() => undefined);
  }

  private showMicrophone(): void {
    const { audio, failures } = this.devices;
    this.shownAudio = audio;
    this.find("[data-meter]").hidden = !audio;
    this.stopLevel?.();
    this.stopLevel = null;
    if (!audio) {
      this.failed("microphone", failures.audio ?? "other");
      return;
    }
    this.words("microphone", word("say_something"));
    this.timesHeard = 0;
    this.isSilent = true;
    delete this.results.microphone;
    this.renameGoOn();
    this.tellSoon();
    this.stopLevel = followLevel(audio, (step, isSilent) => this.heard(step, isSilent));
  }

  private heard(step: number, isSilent: boolean): void {
    const meter = this.find("[data-meter]");
    meter.dataset.level = String(step);
    meter.setAttribute("aria-valuenow", String(step));
    this.isSilent &&= isSilent;
    this.timesHeard = step >= HEARD_STEP ? this.timesHeard + 1 : this.timesHeard;
    if (this.timesHeard === HEARD_TIMES && this.results.microphone !== "ok") {
      this.found("microphone", "ok", word("microphone_ok"));
    }
  }

  private failed(part: "camera" | "microphone", failure: Failure): void {
    const kind = KINDS[part];
    const happened = word(`${kind}_${failure}`);
    // Both are allowed in one place, which is explained once.
    const saidAbove = part === "microphone" && this.devices.failures.video === "denied";
    const { userAgent } = navigator;
    const way = appOf(userAgent) === null ? browserOf(userAgent) : "app";
    const how = failure === "denied" && !saidAbove ? [word(`allow_${way}`)] : [];
    this.found(part, RESULTS[failure], "");
    this.fix(part, [happened, ...how], { label: word("try_again"), run: () => void this.tryAgain(part) });
  }

  private async tryAgain(part: "camera" | "microphone"): Promise<void> {
    this.busy(part);
    this.isOpening = true;
    await this.devices.openOne(KINDS[part]);
    this.isOpening = false;
    if (part === "camera") this.showCamera();
    else this.showMicrophone();
    this.find("[data-go-on]").focus();
  }

  // --- sound -----------------------------------------------------------------------------------

  private playSound(): void {
    play("chime");
    const question = this.find("[data-heard]");
    question.hidden = false;
    question.scrollIntoView({ block: "center" });
  }

  private answered(heard: boolean): void {
    this.find("[data-heard]").hidden = true;
    this.find("[data-play]").focus();
    if (heard) this.found("speaker", "ok", word("speaker_ok"));
    else {
      this.found("speaker", "failed", "");
      this.fix("speaker", [word("speaker_failed")]);
    }
  }

  // --- connection ------------------------------------------------------------------------------

  private async checkConnection(): Promise<void> {
    this.busy("connection");
    const reach = await checkConnection(this.ice);
    this.results.relay = reach.relay;
    const works = reach.connection === "ok";
    this.found("connection", reach.connection, works ? word("connection_ok") : "");
    const lines: string[] = [];
    if (!works) lines.push(word("connection_failed"));
    else if (reach.relay === "failed") lines.push(word("connection_maybe"));
    if (lines.length > 0) {
      this.fix("connection", lines, { label: word("try_again"), run: () => void this.checkConnection() });
    }
  }

  // --- what is shown -----------------------------------------------------------------------------

  private find<Found extends HTMLElement>(selector: string): Found {
    const found = this.root.querySelector<Found>(selector);
    if (!found) throw new Error(`the device test has no ${selector}`);
    return found;
  }

  private line(part: Part): HTMLElement {
    return this.find(`[data-test="${part}"]`);
  }

  private chip(part: Part, name: string): void {
    const template = this.root.querySelector<HTMLTemplateElement>(`template[data-test-chip="${name}"]`);
    const place = this.line(part).querySelector("[data-chip]");
    if (template) place?.replaceChildren(template.content.cloneNode(true));
  }

  /**
   * “Camera: Works”, for people who do not see the line it is in; intermediate states are not
   * announced.
   */
  private say(part: Part): void {
    const place = this.line(part).querySelector<HTMLElement>("[data-said-name]");
    const result = this.line(part).querySelector("[data-chip]")?.textContent.trim() ?? "";
    if (place) place.textContent = `${place.dataset.saidName ?? ""}: ${result}`;
  }

  private words(part: Part, text: string): void {
    const place = this.line(part).querySelector<HTMLElement>("[data-words]");
    if (place) place.textContent = text;
  }

  private busy(part: Part): void {
    this.chip(part, "busy");
    this.words(part, "");
    const said = this.line(part).querySelector("[data-said-name]");
    if (said) said.textContent = ""; // the same result after another try is announced again
    this.fix(part, []);
  }

  private found(part: Part, result: Result, text: string): void {
    this.results[part] = result;
    this.line(part).dataset.result = result;
    this.chip(part, result);
    this.words(part, text);
    this.say(part);
    this.fix(part, []);
    this.renameGoOn();
    this.tellSoon();
  }

  private fix(part: Part, lines: readonly string[], action?: { label: string; run: () => void }): void {
    const place = this.line(part).querySelector<HTMLElement>("[data-fix]");
    if (!place) return;
    place.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
    place.hidden = lines.length === 0;
    if (!action || lines.length === 0) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "text-button";
    button.textContent = action.label;
    button.addEventListener("click", action.run);
    place.append(button);
  }

  private renameGoOn(): void {
    const name = goOnName(this.results);
    const label = this.find("[data-go-on]").querySelector("span");
    if (label) label.textContent = word(name);
    const { microphone } = this.results;
    this.find("[data-unheard]").hidden = microphone === undefined || microphone === "ok";
  }

  // --- reporting to the clinic
  // ---------------------------------------------------------------------

  /**
   * The clinic sees each result as it comes: those who need help are not those who press
   * “Continue”.
   */
  private tellSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.report(false).catch(() => undefined), TELL_AFTER_MS);
  }

  /** Sends what was found, one after another, so that the last one counts. */
  private report(isOver: boolean): Promise<void> {
    const sending = this.telling.then(() => this.send(isOver));
    this.telling = sending.catch(() => undefined);
    return sending;
  }

  private async send(isOver: boolean): Promise<void> {
    const listens = this.stopLevel !== null;
    const found = foundSoFar(this.results, { listens, isSilent: this.isSilent, isOver });
    const said = JSON.stringify(found);
    if (said === this.told) return;
    await tell(this.form.action, found);
    this.told = said;
  }

  private async goOn(): Promise<void> {
    try {
      window.clearTimeout(this.timer);
      await this.report(true);
    } catch {
      announce(word("not_told"), true);
      return;
    }
    this.stop();
    this.done();
  }
}
