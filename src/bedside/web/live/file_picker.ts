/**
 * The one way to choose files: uploaded from this device, or from the patient's files, which a dialog
 * lists (components/file_picker.html, web/file_picker). Chosen, dropped and pasted files arrive at the
 * same place; see drop_zones.ts.
 */

import { type Counted, readCounted, sayCount } from "../components/counted";
import { openDialog } from "../components/dialogs";
import { contentOf, fragmentOf, type NotRendered } from "./fragment";

/** An entry of the chart. */
export interface Picked {
  id: string;
  name: string;
}

export interface Chooser {
  files?(files: File[]): void;
  picked?(entries: Picked[]): void;
}

const TYPED_MS = 300;

export class FilePicker {
  private readonly dialog: HTMLDialogElement | null;
  private readonly address: string;
  private readonly query: string;
  private readonly counted: Counted;
  /** What is ticked, also while another search shows other files. */
  private readonly ticked = new Map<string, string>();
  private timer = 0;
  private asked = 0;

  constructor(
    root: HTMLElement,
    private readonly chooser: Chooser,
  ) {
    this.address = root.dataset.filePicker ?? "";
    this.query = root.dataset.pickQuery ?? "";
    for (const input of root.querySelectorAll<HTMLInputElement>("input[type=file]:not([data-pick])")) {
      if (chooser.files) input.addEventListener("change", () => this.chosen(input));
    }
    const open = root.querySelector<HTMLButtonElement>("[data-pick-open]");
    this.dialog =
      open && (document.getElementById(`${open.id.replace(/-open$/, "")}-dialog`) as HTMLDialogElement | null);
    this.counted = readCounted(this.dialog?.dataset.pickCounted);
    if (!open || !this.dialog) return;
    open.hidden = false;
    open.addEventListener("click", () => this.open());
    this.listen(this.dialog);
  }

  private chosen(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (files.length > 0) this.chooser.files?.(files);
  }

  private open(): void {
    if (!this.dialog) return;
    this.ticked.clear();
    this.count();
    openDialog(this.dialog.id);
    void this.load();
  }

  private listen(dialog: HTMLDialogElement): void {
    const find = dialog.querySelector<HTMLFormElement>("[data-pick-find]");
    find?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.load();
    });
    find?.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.load(), TYPED_MS);
    });
    dialog.addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.name !== "entry") return;
      if (box.type === "radio") this.ticked.clear();
      if (box.checked) this.ticked.set(box.value, box.dataset.pick ?? "");
      else this.ticked.delete(box.value);
      this.count();
    });
    dialog.addEventListener("keydown", (event) => this.pressed(event));
    dialog.addEventListener("click", (event) => {
      const older = (event.target as Element).closest<HTMLElement>("[data-pick-older]");
      if (older) void this.more(older);
    });
    dialog.querySelector("[data-pick-take]")?.addEventListener("click", () => this.take(dialog));
  }

  /** Arrows go through the files, Enter takes what is ticked. */
  private pressed(event: KeyboardEvent): void {
    const boxes = [...(this.dialog?.querySelectorAll<HTMLInputElement>("[name=entry][type=checkbox]") ?? [])];
    const here = boxes.indexOf(document.activeElement as HTMLInputElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const inSearch = here < 0 && (event.target as HTMLElement).matches("[type=search]");
    if (step !== undefined && (here >= 0 || (inSearch && step > 0))) {
      event.preventDefault();
      boxes[Math.max(0, here + step)]?.focus();
    } else if (event.key === "Enter" && (event.target as HTMLElement).matches("[name=entry]") && this.dialog) {
      event.preventDefault();
      if (this.ticked.size > 0) this.take(this.dialog);
    }
  }

  private take(dialog: HTMLDialogElement): void {
    const picked = [...this.ticked].map(([id, name]) => ({ id, name }));
    dialog.close();
    this.chooser.picked?.(picked);
  }

  private count(): void {
    const take = this.dialog?.querySelector<HTMLButtonElement>("[data-pick-take]");
    if (!take) return;
    take.disabled = this.ticked.size === 0;
    const label = take.querySelector("span");
    if (label) label.textContent = sayCount(this.counted, this.ticked.size);
  }

  private async load(): Promise<void> {
    const number = ++this.asked;
    const list = this.dialog?.querySelector<HTMLElement>("[data-pick-list]");
    const said = this.dialog?.querySelector<HTMLElement>("[data-pick-said]");
    if (!list || !said) return;
    try {
      const after = await this.fetched();
      if (number !== this.asked) return; // a newer search has begun
      said.hidden = true;
      list.replaceChildren(after);
      this.tickAgain(list);
    } catch {
      said.hidden = false;
    }
  }

  private async fetched(): Promise<DocumentFragment> {
    const fields = new FormData(this.dialog?.querySelector<HTMLFormElement>("[data-pick-find]") ?? undefined);
    const address = `${this.address}?${this.query}&category=${String(fields.get("category") ?? "")}`;
    const words = String(fields.get("words") ?? "").trim();
    if (!words) return fragmentOf(address, { byHand: true });
    // Words are posted: no address has them.
    const headers = { "HX-Request": "true" };
    const answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams({ words }) });
    if (!answer.ok) throw new Error(String(answer.status));
    return contentOf(await answer.text());
  }

  private async more(button: HTMLElement): Promise<void> {
    const category = this.dialog?.querySelector<HTMLSelectElement>("[name=category]")?.value ?? "";
    const older = button.dataset.pickOlder ?? "";
    try {
      const after = await fragmentOf(`${this.address}?${this.query}&category=${category}&older=${older}`, {
        byHand: true,
      });
      const first = after.querySelector<HTMLInputElement>("[name=entry]");
      button.parentElement?.replaceWith(after);
      first?.focus();
    } catch (error) {
      const said = this.dialog?.querySelector<HTMLElement>("[data-pick-said]");
      if (said) said.hidden = (error as NotRendered).status === undefined && navigator.onLine;
    }
  }

  private tickAgain(list: HTMLElement): void {
    for (const box of list.querySelectorAll<HTMLInputElement>("[name=entry]")) box.checked = this.ticked.has(box.value);
  }
}
