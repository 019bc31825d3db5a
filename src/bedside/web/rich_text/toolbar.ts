/**
 * The toolbar of a rich text (ARIA toolbar pattern): one stop for Tab, arrows within. Its buttons have
 * data-do="NAME" for what they do; commands.ts has the names.
 */
import { closeHistory } from "prosemirror-history";
import type { EditorView } from "prosemirror-view";
import { commands, isPressed, styleOfBlock } from "./commands";

export class Toolbar {
  private readonly style: HTMLSelectElement;

  /** `others` are done by the editor: they are no commands on the document alone. */
  constructor(
    private readonly bar: HTMLElement,
    private readonly view: EditorView,
    private readonly others: Readonly<Record<string, (button: HTMLElement) => void>>,
  ) {
    this.style = bar.querySelector<HTMLSelectElement>("[data-style-of-block]")!;
    this.style.addEventListener("change", () => this.run(`style-${this.style.value}`));
    // The selection stays visible while a button is pressed.
    bar.addEventListener("mousedown", (event) => {
      if (!(event.target as Element).closest("select")) event.preventDefault();
    });
    bar.addEventListener("click", (event) => this.clicked(event));
    bar.addEventListener("keydown", (event) => this.pressed(event));
    bar.addEventListener("focusin", (event) => this.stopAt(event.target as HTMLElement));
    this.stopAt(this.items()[0]);
    this.show();
  }

  focus(): void {
    this.items()
      .find((one) => one.tabIndex === 0)
      ?.focus();
  }

  /** Shows what is pressed, and what cannot be done here. */
  show(): void {
    const { state, editable } = this.view;
    for (const one of this.bar.querySelectorAll<HTMLElement>("[data-do]")) {
      const name = one.dataset.do ?? "";
      const can = editable && (commands[name]?.(state) ?? true);
      if (one instanceof HTMLButtonElement && one.matches(".menu-item")) one.disabled = !can;
      else one.setAttribute("aria-disabled", String(!can));
      if (one.hasAttribute("aria-pressed")) one.setAttribute("aria-pressed", String(isPressed(state, name)));
    }
    const now = String(styleOfBlock(state));
    this.style.value = now;
    for (const option of this.style.options)
      option.disabled = option.value !== now && !commands[`style-${option.value}`]?.(state);
  }

  private items(): HTMLElement[] {
    return [...this.bar.querySelectorAll<HTMLElement>(".button, select")].filter((one) => !one.closest("[hidden]"));
  }

  private stopAt(here: HTMLElement | undefined): void {
    if (!here || here.closest(".menu-list")) return;
    for (const one of this.items()) one.tabIndex = one === here ? 0 : -1;
  }

  private run(name: string): void {
    // Each press is undone by itself.
    commands[name]?.(this.view.state, (tr) => this.view.dispatch(closeHistory(tr)), this.view);
    this.show();
  }

  private clicked(event: MouseEvent): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const name = button.dataset.do ?? "";
    const menu = button.closest<HTMLElement>(".menu-list");
    menu?.hidePopover();
    const other = this.others[name];
    if (other) {
      other(button);
      return;
    }
    this.run(name);
    // Who uses keys goes on in the toolbar; what was inserted is written in.
    if (menu || event.detail > 0) this.view.focus();
  }

  private pressed(event: KeyboardEvent): void {
    if ((event.target as Element).closest(".menu-list")) return;
    if (event.key === "Escape") this.view.focus();
    else if (!this.walk(event)) return;
    event.preventDefault();
  }

  private walk({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
    const items = this.items();
    const here = items.indexOf(document.activeElement as HTMLElement);
    const forward = getComputedStyle(this.bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const places: Record<string, number> = { [forward]: here + 1, [back]: here - 1, Home: 0, End: items.length - 1 };
    const next = places[key];
    if (next === undefined || ctrlKey || altKey || metaKey) return false;
    items[(next + items.length) % items.length]?.focus();
    return true;
  }
}
