/** The files of the message that is being written, above its field; see chat/attaching.html. */

import { announce } from "../components/announce";
import { newId } from "../components/ids";
import { percent, sizeInWords } from "../components/sizes";
import { FilePicker } from "../live/file_picker";
import type { PaperPages } from "../uploading/paper_pages";
import type { Item } from "../uploading/uploads";
import { Attachments, type HeldFile, type Place } from "./attachments";
import { offerPaper } from "./paper";

interface Shown {
  id: string;
  name: string;
  size: number;
  said: string;
  isBad: boolean;
  picture: string;
}

export class Tray {
  readonly place: Place;
  current: Attachments;
  private readonly words: Record<string, string>;
  private readonly paper: PaperPages | null;
  /** Pictures of files of this device, by the names that they got. */
  private readonly pictures = new Map<string, string>();

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
  ) {
    const { drafts = "", owner = "", limit = "0", most = "0", words = "{}" } = root.dataset;
    this.place = { drafts, owner, limit: Number(limit), most: Number(most) };
    this.words = JSON.parse(words) as Record<string, string>;
    this.current = this.begun(newId("drf"));
    const picker = root.querySelector<HTMLElement>("[data-file-picker]");
    if (picker) {
      new FilePicker(picker, {
        files: (files) => void this.add(files),
        picked: (entries) => {
          this.current.pick(entries);
          this.tell(entries);
        },
      });
    }
    this.paper = offerPaper(
      root,
      (document) => this.add([document]),
      (sentence) => this.say(sentence),
    );
    root.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-tray-remove]");
      if (button) this.remove(button);
    });
  }

  /** Whether something has to be done with photographed pages before a message is sent; says what. */
  blocks(): boolean {
    return this.paper?.blocks() ?? false;
  }

  /** The files of a draft, which are drawn while it is the one that is being written. */
  begun(draft: string): Attachments {
    const one: Attachments = new Attachments(draft, this.place, () => {
      if (this.current === one) this.draw();
      this.changed();
    });
    return one;
  }

  /** Goes on with another draft: a new one, one that was kept, or one that could not be sent. */
  use(attachments: Attachments): void {
    this.current = attachments;
    this.say("");
    this.draw();
  }

  /** Returns whether all of them could be added. */
  private async add(files: readonly File[]): Promise<boolean> {
    this.say("");
    const { current } = this;
    let areAll = true;
    for (const file of files) {
      const wrong = await current.add(file);
      if (wrong) this.sayWrong(wrong, file);
      else this.remember(current, file);
      if (wrong) areAll = false;
    }
    this.draw();
    this.tell(files);
    this.changed();
    return areAll;
  }

  /** What was added is above the button that was pressed. */
  private tell(added: readonly { name: string }[]): void {
    const names = new Set(this.shown().map(({ name }) => name));
    const shown = added.map(({ name }) => name).filter((name) => names.has(name));
    const label = this.root.querySelector("[data-tray]")?.getAttribute("aria-label") ?? "";
    if (shown.length > 0) announce(`${label}: ${shown.join(", ")}`);
  }

  private remember(current: Attachments, file: File): void {
    const item = current.items.filter(({ kept }) => kept.file === file).at(-1);
    if (item && /^image\/(jpeg|png|gif|webp|avif)$/.test(file.type)) {
      this.pictures.set(item.kept.id, URL.createObjectURL(file));
    }
  }

  private sayWrong(wrong: string, file: File): void {
    const key = WRONG[wrong] ?? "unreadable";
    const sentence = (this.words[key] ?? "")
      .replace("{name}", file.name)
      .replace("{size}", sizeInWords(this.place.limit));
    const place = this.root.querySelector<HTMLElement>("[data-tray-said]");
    this.say(place?.textContent ? `${place.textContent}\n${sentence}` : sentence);
  }

  private say(sentence: string): void {
    const place = this.root.querySelector<HTMLElement>("[data-tray-said]");
    if (!place) return;
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  private remove(button: HTMLElement): void {
    const row = button.closest<HTMLElement>("[data-tray-file]");
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    const id = row?.dataset.trayFile ?? "";
    this.forgetPicture(id);
    void this.current.remove(id);
    const focused =
      next?.querySelector<HTMLElement>("[data-tray-remove]") ??
      this.root.querySelector<HTMLElement>("[data-file-picker] input[type=file]");
    focused?.focus();
  }

  private forgetPicture(id: string): void {
    const picture = this.pictures.get(id);
    if (picture) URL.revokeObjectURL(picture);
    this.pictures.delete(id);
  }

  // --- drawing -----------------------------------------------------------------------------------

  private draw(): void {
    const list = this.root.querySelector<HTMLElement>("[data-tray]");
    const template = this.root.querySelector<HTMLTemplateElement>("[data-tray-row]");
    if (!list || !template) return;
    const shown = this.shown();
    const before = new Map(
      [...list.children].map((row) => [(row as HTMLElement).dataset.trayFile, row as HTMLElement]),
    );
    const rows = shown.map((one) => {
      const row = before.get(one.id) ?? (template.content.firstElementChild?.cloneNode(true) as HTMLElement);
      fill(row, one);
      return row;
    });
    // Rows that stay are not taken out, because the focus in them would be lost.
    for (const row of [...list.children]) if (!rows.includes(row as HTMLElement)) row.remove();
    rows.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    list.hidden = rows.length === 0;
    const hint = this.root.querySelector<HTMLElement>("[data-tray-hint]");
    if (hint) hint.hidden = rows.length === 0;
  }

  private shown(): Shown[] {
    const { entries, earlier, items } = this.current;
    return [
      ...entries.map(({ id, name }) => ({ ...PLAIN, id, name, said: this.words.chart ?? "" })),
      ...earlier.map((one) => this.ofHeld(one, one.given_id || one.id)),
      ...items.map((item) => this.ofItem(item)),
    ];
  }

  private ofHeld(one: HeldFile, id: string): Shown {
    const said = one.refusal || (one.checked ? this.words.ready : this.words.checking) || "";
    const picture = one.preview ? `${this.current.address}/files/${one.id}` : "";
    return { id, name: one.name, size: one.size, said, isBad: one.refusal !== "", picture };
  }

  private ofItem(item: Item): Shown {
    const { kept, state } = item;
    const held = this.current.heldOf(item);
    const picture = this.pictures.get(kept.id) ?? "";
    const about = { id: kept.id, name: kept.name, size: kept.file.size, picture, isBad: false };
    if (held) return { ...this.ofHeld(held, kept.id), picture: picture || this.ofHeld(held, kept.id).picture };
    if (state === "refused") return { ...about, said: item.sentence, isBad: true };
    if (item.signedOut) return { ...about, said: this.words.signed_out ?? "" };
    if (state === "sending") {
      const part = percent(Math.floor((100 * item.sent) / Math.max(1, kept.file.size)));
      return { ...about, said: (this.words.sending ?? "").replace("{percent}", part) };
    }
    if (state === "done") return { ...about, said: this.words.checking ?? "" };
    return { ...about, said: this.words[state] ?? this.words.failed ?? "" };
  }
}

/** Which sentence says what is wrong with a file. */
const WRONG: Record<string, string> = { tooLarge: "too_large", empty: "empty", tooMany: "too_many" };
const PLAIN = { size: 0, isBad: false, picture: "" };

function fill(row: HTMLElement, one: Shown): void {
  row.dataset.trayFile = one.id;
  row.classList.toggle("tray-bad", one.isBad);
  put(row, "[data-name]", one.name);
  put(row, "[data-size]", one.size ? `${sizeInWords(one.size)} · ` : "");
  put(row, "[data-said]", one.said);
  const remove = row.querySelector<HTMLElement>("[data-tray-remove]");
  const label = remove?.dataset.label ?? "";
  remove?.setAttribute("aria-label", label.replace("{name}", one.name));
  const picture = row.querySelector<HTMLImageElement>("img");
  if (!picture) return;
  if (one.picture && picture.getAttribute("src") !== one.picture) picture.src = one.picture;
  picture.hidden = !one.picture;
  row.querySelector("[data-icon]")?.toggleAttribute("hidden", one.picture !== "");
}

function put(row: HTMLElement, where: string, words: string): void {
  const place = row.querySelector(where);
  if (place && place.textContent !== words) place.textContent = words;
}
