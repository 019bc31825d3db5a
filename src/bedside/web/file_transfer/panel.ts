/**
 * File transfer, for both sides: the list that the server renders keeps itself current, chosen
 * files are uploaded, accepted ones are downloaded automatically.
 *
 *   <div data-transfers data-base="/visits/vis_…/transfers" data-visit="vis_…"
 *        data-topic="transfers:vis_…" data-words="{…}"> … <div data-transfer-list>…</div></div>
 */

import { announce } from "../components/announce";
import { posted, sentenceOf } from "../components/answers";
import { percent } from "../components/sizes";
import { fragmentOf } from "../live/fragment";
import { morph } from "../live/morph";
import { type Heard, liveSocket } from "../live/socket";
import { Fetching } from "./fetching";
import { look } from "./looking";
import { type Sender, senderOf } from "./sending";
import { PhotoTaking } from "./taking";

const TOGETHER_MS = 40;
/** How often, and how many times, a picture that is being made is looked for. */
const PICTURE_MS = 1_500;
const PICTURE_LOOKS = 6;
/** Photos for which the camera was shown without a press: once, whatever becomes of it. */
const begun = new Set<string>();
const OVER = new Set(["done", "filed", "declined", "cancelled", "left", "failed", "refused", "discarded"]);

export class TransferPanel {
  private readonly list: string;
  private readonly words: Record<string, string>;
  private readonly sender: Sender;
  private readonly leave: () => void;
  /** Accepted on this page, and wanted as soon as they are there. */
  private readonly wanted = new Set<string>();
  /** Downloads in progress. */
  private readonly fetching = new Set<string>();
  /** Where the patient takes a photo; staff have no such place. */
  private readonly taking: PhotoTaking | null;
  /** The transfer that the photo is taken for. */
  private takingFor = "";
  private timer = 0;
  private looks = 0;

  constructor(private readonly root: HTMLElement) {
    const { base = "", visit = "", topic = "", words = "{}" } = root.dataset;
    this.list = root.dataset.list ?? `${base}/list`;
    this.words = JSON.parse(words) as Record<string, string>;
    this.sender = senderOf(base, visit, () => this.drawSender());
    const dialog = root.querySelector<HTMLDialogElement>("[data-photo-taking]");
    this.taking = dialog && new PhotoTaking(dialog);
    this.leave = liveSocket().subscribe(topic, (heard) => this.heard(heard));
    root.addEventListener("click", this.pressed);
    root.addEventListener("submit", this.submitted);
    root.addEventListener("change", this.changed);
    this.drawSender();
    this.beginCapture();
    void this.sender.resume();
  }

  /** The panel is closed; what is in transfer goes on. */
  end(): void {
    this.leave();
    this.taking?.close();
    window.clearTimeout(this.timer);
    this.root.removeEventListener("click", this.pressed);
    this.root.removeEventListener("submit", this.submitted);
    this.root.removeEventListener("change", this.changed);
  }

  // --- events
  // --------------------------------------------------------------------------------------

  private heard(heard: Heard): void {
    if (heard.kind === "event" && heard.type === "transfer.moved") {
      this.move(String(heard.data.transfer_id), Number(heard.data.position));
      return;
    }
    if (heard.kind === "event" && heard.type === "transfer.changed") {
      const { transfer_id: id, phase } = heard.data as { transfer_id: string; phase: string };
      if (OVER.has(phase)) void this.sender.drop(id);
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), TOGETHER_MS);
  }

  private move(id: string, position: number): void {
    const row = this.row(id);
    const bar = row?.querySelector("progress");
    if (!row || !bar) return;
    bar.value = position;
    const text = row.querySelector("[data-progress-text]");
    if (text) text.textContent = percent(Math.floor((100 * position) / Math.max(1, bar.max)));
  }

  private row(id: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-transfer="${CSS.escape(id)}"]`);
  }

  private async refresh(): Promise<void> {
    const list = this.root.querySelector<HTMLElement>("[data-transfer-list]");
    if (!list) return;
    const content = await fragmentOf(this.list).catch(() => null);
    if (!content) return;
    this.announceNew(list, content);
    morph(list, content);
    if (this.takingFor && !this.row(this.takingFor)?.querySelector("[data-transfer-capture]")) this.taking?.close();
    this.beginCapture();
    this.fetchWanted();
    this.awaitPictures(list);
  }

  /** The small picture of a file that arrived is made a moment later. */
  private awaitPictures(list: HTMLElement): void {
    if (!list.querySelector("[data-picture-coming]") || this.looks >= PICTURE_LOOKS) return;
    this.looks += 1;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), PICTURE_MS);
  }

  /** Announces what changed since the list was last shown, once. */
  private announceNew(before: HTMLElement, after: DocumentFragment): void {
    for (const row of after.querySelectorAll<HTMLElement>("[data-transfer]")) {
      const shown = before.querySelector<HTMLElement>(`[data-transfer="${CSS.escape(row.dataset.transfer ?? "")}"]`);
      if (shown?.dataset.phase !== row.dataset.phase) announce(row.dataset.said ?? "");
    }
  }

  /** Announces pending offers to users who did not open the panel themselves. */
  announceAsked(): void {
    const asked = this.root.querySelector<HTMLElement>('[data-phase="asked"]');
    if (asked) announce(asked.dataset.said ?? "");
  }

  /** Downloads accepted files automatically. */
  private fetchWanted(): void {
    for (const id of this.wanted) {
      const link = this.row(id)?.querySelector<HTMLAnchorElement>("a[data-transfer-download]");
      if (!link) continue;
      this.wanted.delete(id);
      void this.fetchFile(id, link);
    }
  }

  private async fetchFile(id: string, link: HTMLAnchorElement): Promise<void> {
    if (this.fetching.has(id)) return;
    this.fetching.add(id);
    link.setAttribute("aria-busy", "true");
    const name = link.dataset.transferDownload ?? "";
    const fetching = new Fetching(link.href, name, (part) => this.showFetched(id, percent(Math.floor(100 * part))));
    const refusal = await fetching.run();
    this.fetching.delete(id);
    this.showFetched(id, "");
    link.removeAttribute("aria-busy");
    if (refusal) this.say(`${name}: ${refusal}`, true);
  }

  private showFetched(id: string, part: string): void {
    const shown = this.row(id)?.querySelector("[data-transfer-fetched]");
    if (shown) shown.textContent = part;
  }

  // --- actions
  // -------------------------------------------------------------------------------------

  private readonly submitted = (event: Event): void => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-transfer-form]")) return;
    event.preventDefault();
    void this.post(form);
  };

  private async post(form: HTMLFormElement): Promise<void> {
    const button = form.querySelector<HTMLButtonElement>("button");
    if (button) button.disabled = true;
    const { transferForm: step = "", of = "" } = form.dataset;
    if (step === "accept") this.wanted.add(of);
    const isNew = step === "ask";
    try {
      const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
      const answer = await posted(form.action, fields);
      if (!answer.ok) this.say(await sentenceOf(answer), true);
      else if (isNew) form.reset();
    } catch {
      this.say(this.words.offline ?? "", true);
    }
    if (button) button.disabled = false;
    await this.refresh();
  }

  private readonly pressed = (event: Event): void => {
    const target = event.target as Element;
    const inChart = target.closest("a[target=console]");
    // Beside a call there is a frame for it; elsewhere the chart opens where one is.
    if (inChart && window.name !== "console" && !document.querySelector("iframe[name=console]"))
      inChart.removeAttribute("target");
    const capture = target.closest<HTMLElement>("[data-transfer-capture]");
    const link = target.closest<HTMLAnchorElement>("a[data-transfer-download]");
    if (link) {
      event.preventDefault();
      void this.fetchFile(link.closest<HTMLElement>("[data-transfer]")?.dataset.transfer ?? "", link);
    } else if (target.closest("a[data-transfer-look]")) {
      event.preventDefault();
      void look(target.closest<HTMLAnchorElement>("a[data-transfer-look]"), this.words.offline ?? "");
    } else if (target.closest("[data-transfer-wanted]")) this.choosePreset(target);
    else if (capture) void this.capture(capture.dataset.transferCapture ?? "", true);
    else if (target.closest("[data-transfer-more]"))
      this.root.querySelector<HTMLInputElement>("input[type=file]")?.click();
    else if (target.closest("[data-transfer-close]")) this.close();
  };

  private choosePreset(target: Element): void {
    const field = this.root.querySelector<HTMLInputElement>("#transfer-wanted");
    if (field) field.value = target.textContent.trim();
  }

  private close(): void {
    const dialog = this.root.closest("dialog");
    if (dialog) dialog.close();
    else this.root.dispatchEvent(new CustomEvent("bedside:close-app", { bubbles: true }));
  }

  private readonly changed = (event: Event): void => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.files?.length) return;
    const asked = input.dataset.transferAnswer ?? "";
    const files = [...input.files];
    input.value = "";
    void this.send(files, asked);
  };

  /** Sends files that were dropped on the patient's row. */
  takeFiles(files: File[]): void {
    void this.send(files, "");
  }

  private async send(files: File[], asked: string): Promise<void> {
    this.say("");
    const [first] = files;
    try {
      if (asked && first) await this.sender.answer(asked, first);
      else await this.sender.offerAll(files);
    } catch {
      this.say(this.words.offline ?? "", true);
    }
    await this.refresh();
  }

  /**
   * In a call the patient aims at once: taking the photo is the agreement. The card stays for those who
   * close it.
   */
  private beginCapture(): void {
    const [asked] = this.root.querySelectorAll<HTMLElement>("[data-transfer-capture]");
    const { transferCapture: transfer = "" } = asked?.dataset ?? {};
    if (!transfer || begun.has(transfer) || !this.taking?.mayBegin()) return;
    begun.add(transfer);
    void this.capture(transfer, false);
  }

  /** The patient takes a photo, and sees it before it is sent. */
  private async capture(transfer: string, isPressed: boolean): Promise<void> {
    if (!this.taking || this.takingFor) return;
    this.takingFor = transfer;
    const taken = await this.taking.run(isPressed);
    this.takingFor = "";
    if (taken instanceof File) await this.send([taken], transfer);
    else if (taken === "declined")
      this.root
        .querySelector<HTMLFormElement>(`[data-transfer-form=decline][data-of="${CSS.escape(transfer)}"]`)
        ?.requestSubmit();
    else if (taken === "no_camera") this.say(this.words.noCamera ?? "", true);
  }

  private say(sentence: string, bad = false): void {
    this.draw(sentence ? [sentence] : []);
    if (sentence) announce(sentence, bad);
  }

  private draw(sentences: readonly string[]): void {
    const place = this.root.querySelector<HTMLElement>("[data-transfer-said]");
    if (!place) return;
    const lines = sentences.map((textContent) => Object.assign(document.createElement("p"), { textContent }));
    place.replaceChildren(...lines);
    place.hidden = lines.length === 0;
  }

  /** Each refused file with its reason, and those that wait for a free place. */
  private drawSender(): void {
    const { refusals, waiting } = this.sender;
    if (refusals.length > 0) this.draw(refusals.map(({ name, sentence }) => `${name}: ${sentence}`));
    const list = this.root.querySelector<HTMLElement>("[data-transfer-line]");
    const template = this.root.querySelector<HTMLTemplateElement>("[data-transfer-waits]");
    if (!list || !template) return;
    list.hidden = waiting.length === 0;
    list.replaceChildren(...waiting.map((file) => this.waitingRow(file, template)));
  }

  private waitingRow(file: File, template: HTMLTemplateElement): Node {
    const row = template.content.cloneNode(true) as DocumentFragment;
    const name = row.querySelector("[data-name]");
    if (name) name.textContent = file.name;
    row.querySelector("button")?.addEventListener("click", () => this.sender.takeOut(file));
    return row;
  }
}

/** Starts the panel in `around`, if there is one. */
export function startTransfers(around: ParentNode): TransferPanel | null {
  const root = around.querySelector<HTMLElement>("[data-transfers]");
  return root && new TransferPanel(root);
}
