/** The two buttons that open gallery and camera, in place of the plain form. */
import { type Settings, say } from "./settings";

export class Sources {
  constructor(
    private readonly root: HTMLElement,
    private readonly settings: Settings,
    private readonly list: HTMLElement,
  ) {}

  /** `chosen` gets the files, and whether the camera took them. */
  start(chosen: (files: File[], fromCamera: boolean) => void): void {
    document.addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      if (input.type !== "file" || !input.files?.length) return;
      const files = [...input.files];
      input.value = "";
      chosen(files, input.dataset.camera !== undefined);
    });
  }

  show(): void {
    this.root.querySelector<HTMLElement>("[data-plain]")?.setAttribute("hidden", "");
    this.root.querySelector<HTMLElement>("[data-sources]")?.removeAttribute("hidden");
    const chosen = this.root.querySelector<HTMLInputElement>("[data-plain] input[type=file]");
    if (chosen?.files?.length) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** `some` photos are on the page; `full` if no more may be chosen. */
  refresh(some: boolean, full: boolean): void {
    const sources = document.querySelector<HTMLElement>("[data-sources]");
    if (!sources) return;
    sources.hidden = full;
    this.place(sources, some);
  }

  /** Without a photo they are the main buttons of the page, at its bottom. */
  private place(sources: HTMLElement, some: boolean): void {
    const foot = document.querySelector<HTMLElement>("[data-sources-place]");
    if (!foot) return;
    foot.hidden = some || sources.hidden;
    if (!some && sources.parentElement !== foot) foot.append(sources);
    if (some && sources.parentElement === foot) this.list.after(sources);
    const gallery = sources.querySelector<HTMLElement>(".photo-source");
    const label = sources.querySelector("[data-gallery-label]");
    if (label) label.textContent = say(this.settings, some ? "chooseMore" : "choosePhotos");
    gallery?.classList.toggle("button-primary", !some);
    gallery?.classList.toggle("button-secondary", some);
  }
}
