/** The cards of the photos: made from the page's templates, filled in here. */

import { percent } from "../components/sizes";
import { isAcceptable, type ServerPhoto } from "./server";
import { type Settings, say } from "./settings";
import { type Kept, nameOf, type Warning } from "./store";
import { copyOf, part } from "./templates";

type ChipName = "waiting" | "smaller" | "checking" | "ready" | "unscanned" | "refused" | "failed" | "dark" | "blurred";

/** One photo on the page, whether it is still on the phone or at the server. */
export class Card {
  readonly element: HTMLLIElement;
  /** Set while the photo is on this phone. */
  kept: Kept | null = null;
  /** The file's id at the server; "" before it has one. */
  fileId = "";
  /** The sending device's name for it. */
  givenId = "";
  comment = "";
  size = 0;
  acceptable = true;
  settled = false;
  /** What people call it: “Photo 2”. */
  label = "";
  private warning: Warning = "";
  private shown = "";
  private address = "";

  constructor(
    private readonly settings: Settings,
    element: HTMLLIElement,
  ) {
    this.element = element;
  }

  /** The server's name for the photo; "" for what is left of a refused one. */
  get name(): string {
    return this.kept ? nameOf(this.kept) : this.fileId;
  }

  /** Whether it is one of these, which may be device names or file ids. */
  isAmong(names: ReadonlySet<string>): boolean {
    return this.names().some((name) => names.has(name));
  }

  /** All its names: the device's, and the server's. */
  names(): string[] {
    return [this.kept?.id ?? "", this.givenId, this.fileId].filter(Boolean);
  }

  /** The name under which typed words are stored: the same from the choice of the photo on. */
  get key(): string {
    return this.givenId || this.fileId;
  }

  static fresh(settings: Settings, kept: Kept): Card {
    const card = new Card(settings, copyOf("#photo-card") as HTMLLIElement);
    const id = `comment-${kept.id}`;
    Object.assign(part<HTMLTextAreaElement>(card.element, "textarea"), { id, name: "" });
    part<HTMLLabelElement>(card.element, "[data-comment] label").htmlFor = id;
    card.hold(kept);
    return card;
  }

  static atServer(settings: Settings, element: HTMLLIElement): Card {
    const card = new Card(settings, element);
    card.comment = element.querySelector("textarea")?.defaultValue ?? "";
    card.fileId = element.dataset.photo ?? "";
    card.givenId = element.dataset.given ?? "";
    card.size = Number(element.dataset.size ?? 0);
    card.acceptable = element.dataset.refused === undefined && !element.classList.contains("photo-card-bad");
    if (card.acceptable) card.makeLook();
    return card;
  }

  /** The name of its file. */
  get fileName(): string {
    return this.element.querySelector("[data-photo-name]")?.textContent ?? "";
  }

  /** Where the large picture is: on this phone, or at the server. */
  get largeAddress(): string {
    if (this.address.startsWith("blob:")) return this.address;
    if (!this.kept) return `${this.settings.here}/photos/${this.fileId}/preview`;
    this.address = URL.createObjectURL(this.kept.photo); // no picture could be made of it
    return this.address;
  }

  /** Its picture is a button that opens it. */
  private makeLook(): void {
    const frame = part<HTMLElement>(this.element, ".photo-card-picture");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: frame.className });
    button.dataset.look = "";
    button.append(...frame.childNodes);
    frame.replaceWith(button);
  }

  private hold(kept: Kept): void {
    this.kept = kept;
    part<HTMLElement>(this.element, "[data-photo-name]").textContent = kept.name;
    this.makeLook();
    this.fileId = kept.fileId;
    this.givenId = kept.id;
    this.size = kept.photo.size;
    this.setComment(kept.comment);
    this.showPicture(URL.createObjectURL(kept.photo), true);
    this.warning = kept.warning;
    if (kept.problem) this.refuse(kept.problem);
    else this.chip(kept.warning || "waiting");
  }

  /** Shows this phone's opinion of the photo. */
  warn(warning: Warning): void {
    this.warning = warning;
    if (warning && this.acceptable) this.chip(warning);
  }

  /** Numbers it; one that was refused is called by its file's name. */
  number(count: number): void {
    const name = this.acceptable ? say(this.settings, "photo", { number: count }) : this.fileName;
    this.label = name;
    const title = this.element.querySelector("[data-photo-title]");
    if (title) title.textContent = this.acceptable ? name : "";
    this.element
      .querySelector("button[data-look]")
      ?.setAttribute("aria-label", say(this.settings, "lookAt", { photo: name }));
    for (const hidden of this.element.querySelectorAll("summary .visually-hidden, [data-delete] .visually-hidden")) {
      hidden.textContent = ` ${name}`;
    }
    this.element.querySelector("img")?.setAttribute("alt", name);
    this.element.querySelector(".photo-card-picture svg")?.setAttribute("aria-label", name);
  }

  chip(name: ChipName, note = ""): void {
    const tone =
      name === "refused" || name === "failed" ? "bad" : name === "dark" || name === "blurred" ? "attention" : "";
    const body = part<HTMLElement>(this.element, ".photo-card-body");
    const key = `${name} ${note}`;
    if (this.shown === key) return;
    this.shown = key;
    this.element.classList.toggle("photo-card-bad", tone === "bad");
    this.element.classList.toggle("photo-card-attention", tone === "attention");
    body.querySelector(":scope > .chip")?.remove();
    body.querySelector(":scope > .progress")?.remove();
    body.prepend(copyOf(`template[data-chip="${name}"]`));
    const words = note || (tone === "attention" ? say(this.settings, `${name}Note`) : "");
    this.paragraph("small", words);
  }

  progress(share: number): void {
    const body = part<HTMLElement>(this.element, ".photo-card-body");
    let bar = body.querySelector(":scope > .progress");
    if (!bar) {
      body.querySelector(":scope > .chip")?.remove();
      bar = copyOf("template[data-progress-template]");
      body.prepend(bar);
      this.shown = "";
    }
    const hundredths = Math.floor(share * 100);
    part<HTMLProgressElement>(bar, "progress").value = hundredths;
    part<HTMLElement>(bar, "[data-progress-text]").textContent = percent(hundredths);
  }

  /** The photo has reached the server, whose data is shown from now on. */
  arrived(): void {
    this.kept = null;
    const field = this.element.querySelector<HTMLTextAreaElement>("textarea");
    if (field) field.name = `comment-${this.fileId}`; // from now on the page's form includes it
    this.chip("checking");
  }

  refuse(sentence: string): void {
    this.acceptable = false;
    this.settled = true;
    this.chip("refused", sentence);
    this.element.querySelector("[data-comment]")?.remove();
    const frame = part<HTMLElement>(this.element, ".photo-card-picture");
    const still = document.createElement("div");
    still.className = frame.className;
    still.append(...frame.childNodes);
    frame.replaceWith(still);
  }

  /** The field's current content, saved or not. */
  typed(): string {
    return this.element.querySelector<HTMLTextAreaElement>("textarea")?.value.trim() ?? this.comment;
  }

  /** Shows what was typed before the page was loaded again, and not saved. */
  restore(text: string): void {
    const comment = this.element.querySelector<HTMLDetailsElement>("[data-comment]");
    const field = comment?.querySelector("textarea");
    if (!comment || !field) return;
    field.value = text;
    if (!comment.open) comment.dataset.restored = ""; // opened by us: it does not take the focus
    comment.open = true;
  }

  setComment(comment: string): void {
    this.comment = comment;
    this.paragraph("", comment ? say(this.settings, "quoted", { text: comment }) : "");
    const field = this.element.querySelector<HTMLTextAreaElement>("textarea");
    if (field && document.activeElement !== field) field.value = comment;
    const label = this.element.querySelector("[data-comment-label]");
    if (label) label.textContent = say(this.settings, comment ? "editComment" : "addComment");
  }

  /** Shows the server's data. A warning of this phone stays. */
  update(photo: ServerPhoto): void {
    this.size = photo.size;
    this.settled = photo.state !== "scanning" && (photo.preview || photo.state !== "filed");
    if (!isAcceptable(photo)) {
      this.refuse(photo.refusal);
      return;
    }
    if (photo.state === "filed") this.chip(this.warning || photo.looks || "ready");
    else if (photo.state === "unscanned") this.chip("unscanned", say(this.settings, "unscannedNote"));
    else this.chip("checking");
    if (photo.preview) this.showPicture(`${this.settings.here}/photos/${photo.id}/thumbnail`, false);
  }

  remove(): void {
    this.forgetPicture();
    this.element.remove();
  }

  private forgetPicture(): void {
    if (this.address.startsWith("blob:")) URL.revokeObjectURL(this.address);
  }

  /** For a picture that this browser cannot show (HEIC) the icon stays until the server has one. */
  private showPicture(address: string, quietly: boolean): void {
    const frame = part<HTMLElement>(this.element, ".photo-card-picture");
    const before = frame.querySelector("img");
    if (before && (this.address || before.getAttribute("src") === address)) return;
    const image = new Image();
    const name = frame.querySelector("svg")?.getAttribute("aria-label") ?? before?.alt ?? "";
    image.alt = name;
    image.addEventListener("load", () => {
      part<HTMLElement>(this.element, ".photo-card-picture").replaceChildren(image);
      this.address = address;
    });
    image.addEventListener("error", () => {
      if (quietly) URL.revokeObjectURL(address);
    });
    image.src = address;
  }

  /** The comment is a plain paragraph, the note a small one. */
  private paragraph(kind: "" | "small", words: string): void {
    const body = part<HTMLElement>(this.element, ".photo-card-body");
    const selector = kind ? ":scope > p.small" : ":scope > p:not(.small)";
    let line = body.querySelector<HTMLParagraphElement>(selector);
    if (!words) {
      line?.remove();
      return;
    }
    if (!line) {
      line = document.createElement("p");
      line.className = kind;
      line.dir = "auto"; // a comment has the direction of its own language
      if (kind) body.querySelector(".photo-card-actions")?.before(line);
      else (body.querySelector(":scope > p.small") ?? body.querySelector(".photo-card-actions"))?.before(line);
    }
    line.textContent = words;
  }
}

/** Refused photos are apart, under their files' names. */
export function placeRefused(root: HTMLElement, cards: readonly Card[]): void {
  const place = part<HTMLElement>(root, "[data-not-accepted]");
  const list = part<HTMLElement>(place, "ul");
  const refused = cards.filter((card) => !card.acceptable);
  for (const card of refused) {
    card.number(0);
    if (card.element.parentElement !== list) list.append(card.element);
  }
  place.hidden = refused.length === 0;
}
