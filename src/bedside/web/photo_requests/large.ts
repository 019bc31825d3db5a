/** One's own photo, as large as the window: before it is sent everybody looks at it. */
import type { Card } from "./cards";
import { part } from "./templates";

export class LargePicture {
  private readonly dialog = part<HTMLDialogElement>(document, "[data-large]");
  private readonly picture = part<HTMLImageElement>(this.dialog, "[data-large-picture]");
  private readonly none = part<HTMLElement>(this.dialog, "[data-large-none]");

  constructor() {
    part<HTMLElement>(this.dialog, "[data-large-close]").addEventListener("click", () => this.dialog.close());
    this.picture.addEventListener("click", () => this.dialog.close());
    this.picture.addEventListener("error", () => this.show(false));
    this.picture.addEventListener("load", () => this.show(true));
    this.dialog.addEventListener("close", () => this.picture.removeAttribute("src"));
  }

  open(card: Card): void {
    part<HTMLElement>(this.dialog, "#photo-large-title").textContent = card.label;
    this.picture.alt = card.comment || card.label;
    this.picture.hidden = true;
    this.none.hidden = true;
    this.picture.src = card.largeAddress;
    this.dialog.showModal();
  }

  /** A format that this browser does not know (HEIC) is shown once the server has a copy. */
  private show(isShown: boolean): void {
    this.picture.hidden = !isShown;
    this.none.hidden = isShown;
  }
}
