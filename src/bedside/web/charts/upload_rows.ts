/** The upload dialog: chosen, dropped and pasted files become rows with their progress. */
import { announce } from "../components/announce";
import { readCounted, sayCount } from "../components/counted";
import { openDialog } from "../components/dialogs";
import { percent, sizeInWords } from "../components/sizes";
import { toast } from "../components/toasts";
import { type Item, type Refusal, Uploads } from "../uploading/uploads";
import { type Became, becameOf } from "./upload_states";

const DONE_STAYS_MS = 20_000;

type Words = Record<string, string>;

function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

class UploadDialog {
  private readonly rows = new Map<Item, HTMLElement>();
  /** Uploads whose scan is not over. */
  private readonly followed = new Set<Item>();
  private readonly uploads: Uploads;

  constructor(
    private readonly dialog: HTMLElement,
    private readonly words: Words,
    private readonly limit: number,
    chart: HTMLElement,
  ) {
    const { owner = "", patient = "" } = chart.dataset;
    this.uploads = new Uploads(dialog.dataset.upload ?? "", owner, patient, limit, (item) => this.show(item));
  }

  async start(): Promise<void> {
    const going = await this.uploads.resume();
    if (going) announce(this.word("resumed"));
  }

  /**
   * Takes files chosen in the dialog, dropped or pasted. The dialog opens by itself only to show a
   * refusal.
   */
  async take(files: Iterable<File>): Promise<void> {
    const category = this.dialog.querySelector<HTMLSelectElement>("#upload-category")?.value ?? "";
    for (const file of files) {
      const refusal = await this.uploads.add(file, category);
      if (refusal) this.refuse(file, refusal);
    }
  }

  private word(key: string, values: Record<string, string> = {}): string {
    return filled(this.words[key] ?? "", values);
  }

  private row(name: string): HTMLElement | null {
    const template = this.dialog.querySelector<HTMLTemplateElement>("template[data-upload-row]");
    const row = template?.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) return null;
    const title = row.querySelector("[data-name]");
    if (title) title.textContent = name;
    row.querySelector("progress")?.setAttribute("aria-label", name);
    this.dialog.querySelector("[data-upload-list]")?.append(row);
    return row;
  }

  /** Shows a file that is not even sent: why, and what to do. */
  private refuse(file: File, refusal: Refusal): void {
    const row = this.row(file.name);
    if (!row) return;
    openDialog("upload");
    const sentence = this.word(refusal, { limit: sizeInWords(this.limit) });
    this.say(row, sentence, "bad");
    row.querySelector(".progress")?.remove();
    this.offer(row, ["cancel"]);
    row.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-do=cancel]")) row.remove();
    });
    announce(`${file.name}: ${sentence}`, true);
  }

  private show(item: Item): void {
    let row = this.rows.get(item);
    if (!row) {
      const made = this.row(item.kept.name);
      if (!made) return;
      row = made;
      this.rows.set(item, row);
      row.addEventListener("click", (event) =>
        this.act(item, (event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do),
      );
    }
    this.paint(item, row);
    this.showGoing();
  }

  private paint(item: Item, row: HTMLElement): void {
    const total = item.kept.file.size;
    const sizes = { done: sizeInWords(item.sent), total: sizeInWords(total) };
    const bar = row.querySelector("progress");
    if (bar) {
      bar.max = total;
      bar.value = item.sent;
    }
    const text = row.querySelector("[data-progress-text]");
    if (text) text.textContent = percent(Math.floor((100 * item.sent) / total));
    row.dataset.state = item.state;
    const said: Record<Item["state"], string> = {
      waiting: this.word("waiting"),
      sending: this.word("sending", sizes),
      paused: this.word("paused", sizes),
      lost: this.word("lost"),
      failed: item.signedOut ? this.word("signedOut") : item.sentence || this.word("failed"),
      refused: item.sentence,
      done: this.word("done"),
    };
    const tone = item.state === "refused" || item.state === "failed" ? "bad" : "";
    this.say(row, said[item.state], tone);
    const offered: Record<Item["state"], string[]> = {
      waiting: ["cancel"],
      sending: ["pause", "cancel"],
      paused: ["resume", "cancel"],
      lost: ["retry", "cancel"],
      failed: ["retry", "cancel"],
      refused: ["cancel"],
      done: [],
    };
    this.offer(row, offered[item.state]);
    if (item.state === "done") this.finish(item, row);
    if (item.state === "refused") {
      row.querySelector(".progress")?.remove();
      openDialog("upload");
      announce(`${item.kept.name}: ${item.sentence}`, true);
    }
  }

  /** Every byte is there; what the scan says of it follows, now and with each change of the chart. */
  private finish(item: Item, row: HTMLElement): void {
    if (this.followed.has(item)) return;
    this.followed.add(item);
    row.querySelector(".progress")?.remove();
    void this.follow(item, row);
  }

  followAll(): void {
    for (const item of this.followed) {
      const row = this.rows.get(item);
      if (row) void this.follow(item, row);
    }
  }

  private async follow(item: Item, row: HTMLElement): Promise<void> {
    const became = await becameOf(item.kept.address);
    if (!became || !this.followed.has(item)) return;
    this.say(row, became.sentence, became.tone);
    if (became.over) this.close(item, row, became);
  }

  private close(item: Item, row: HTMLElement, became: Became): void {
    this.followed.delete(item);
    const link = row.querySelector<HTMLAnchorElement>("[data-open]");
    if (link && became.href && became.tone !== "bad") {
      link.href = became.href;
      link.hidden = false;
    }
    announce(`${item.kept.name}: ${became.sentence}`, became.tone === "bad");
    if (became.tone !== "good") {
      openDialog("upload"); // somebody has to know, and it stays until it is closed
      this.offer(row, ["cancel"]);
      return;
    }
    window.setTimeout(() => {
      row.remove();
      this.rows.delete(item);
    }, DONE_STAYS_MS);
  }

  private say(row: HTMLElement, sentence: string, tone: string): void {
    const place = row.querySelector<HTMLElement>("[data-said]");
    if (!place) return;
    if (place.textContent !== sentence) place.textContent = sentence;
    place.dataset.tone = tone;
    row.querySelector(".progress")?.classList.toggle("progress-good", tone === "good");
    row.querySelector(".progress")?.classList.toggle("progress-bad", tone === "bad");
  }

  private offer(row: HTMLElement, actions: string[]): void {
    for (const button of row.querySelectorAll<HTMLElement>("[data-do]"))
      button.hidden = !actions.includes(button.dataset.do ?? "");
  }

  private act(item: Item, action: string | undefined): void {
    if (action === "pause") this.uploads.pause(item);
    else if (action === "resume" || action === "retry") this.uploads.again(item);
    else if (action === "cancel") {
      void this.uploads.cancel(item);
      this.rows.get(item)?.remove();
      this.rows.delete(item);
      this.showGoing();
    }
  }

  /** Shown beside the page while the dialog is closed. */
  private showGoing(): void {
    const going = document.querySelector<HTMLElement>("[data-upload-going]");
    const text = going?.querySelector<HTMLElement>("[data-upload-going-text]");
    const count = this.uploads.unfinished.length;
    if (!going || !text) return;
    going.hidden = count === 0;
    text.textContent = sayCount(readCounted(text.dataset.counted), count);
  }
}

/** Takes files dropped outside every zone, anywhere on the page, and shows what becomes of them. */
function takeDrops(take: (files: Iterable<File>) => void): void {
  const sign = document.querySelector<HTMLElement>("[data-drop-sign]");
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  const onZone = (event: Event): boolean => (event.target as Element).closest?.("[data-drop-zone]") != null;
  document.addEventListener("dragover", (event) => {
    if (sign) sign.hidden = !hasFiles(event) || onZone(event) || document.querySelector("dialog[open]") !== null;
  });
  document.addEventListener("dragleave", (event) => {
    if (sign && event.relatedTarget === null) sign.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (sign) sign.hidden = true;
    if (!event.dataTransfer || !hasFiles(event) || onZone(event)) return;
    openDialog("upload");
    take(event.dataTransfer.files);
  });
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, [contenteditable]");
}

export function startUploads(chart: HTMLElement): void {
  const dialog = document.getElementById("upload");
  if (!dialog) return;
  const words = JSON.parse(dialog.dataset.words ?? "{}") as Words;
  const shown = new UploadDialog(dialog, words, Number(chart.dataset.limit), chart);
  const take = (files: Iterable<File>): void => {
    void shown.take(files).catch(() => toast(words.failed ?? "", "bad"));
  };
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    if (!input.matches("#upload-files, #empty-files, [data-upload-camera]")) return;
    take([...(input.files ?? [])]);
    input.value = "";
  });
  document.addEventListener("bedside:fragment", () => shown.followAll());
  document.addEventListener("paste", (event) => {
    if (event.defaultPrevented || isText(event.target)) return;
    take(event.clipboardData?.files ?? []);
  });
  takeDrops(take);
  void shown.start();
}
