/**
 * Canned replies at a field of staff: “/” at the start of a word, or the button, opens the list; what
 * is typed on searches it; Enter puts the words at the caret. Fields that nobody could fill are
 * marked, and nothing is sent while there are any.
 *
 *   <div data-canned="/chat/cnv_…/replies"><div data-canned-place><ul data-canned-list></ul>…</div>
 *     <p data-canned-missing>…<span data-canned-fields></span></p> <button data-canned-open></div>
 */
import { announce } from "../components/announce";
import { fragmentOf } from "../live/fragment";
import { beginsSearch, fits, openFields } from "./fields";
import { Marked } from "./marked";

export class Canned {
  private readonly marked: Marked;
  private readonly button: HTMLButtonElement | null;
  /** Where the search begins in the field; -1 while the list is closed. */
  private from = -1;
  private chosen = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly field: HTMLTextAreaElement,
  ) {
    this.marked = new Marked(field);
    this.button = root.querySelector<HTMLButtonElement>("[data-canned-open]");
    if (this.button) this.button.hidden = false;
    this.button?.addEventListener("click", () => this.toggled());
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", "canned-list");
    field.addEventListener("input", (event) => this.typed(event as InputEvent));
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("blur", () => this.close());
    const list = this.list();
    // The field keeps the focus.
    list?.addEventListener("mousedown", (event) => event.preventDefault());
    list?.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[data-canned-reply]");
      if (option) this.insert(option);
    });
    this.button?.addEventListener("mousedown", (event) => event.preventDefault());
    root.querySelector("[data-canned-fields]")?.addEventListener("click", (event) => {
      const place = (event.target as Element).closest<HTMLElement>("[data-field]");
      if (place) this.jump(Number(place.dataset.field));
    });
    this.check();
  }

  /** Whether something is still to be filled in; then the first of it is chosen in the field. */
  blocks(): boolean {
    if (openFields(this.field.value).length === 0) return false;
    this.jump(0);
    announce(this.root.dataset.saidMissing ?? "", true);
    return true;
  }

  /** The field was filled by a script. */
  check(): void {
    const open = openFields(this.field.value);
    this.marked.mark(open);
    const missing = this.root.querySelector<HTMLElement>("[data-canned-missing]");
    const fields = this.root.querySelector<HTMLElement>("[data-canned-fields]");
    if (!missing || !fields) return;
    missing.hidden = open.length === 0;
    const names = open.map(({ name }, place) => {
      const one = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      one.className = "text-button canned-field";
      one.dataset.field = String(place);
      return one;
    });
    fields.replaceChildren(...names);
  }

  private list(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-canned-list]");
  }

  private jump(which: number): void {
    const open = openFields(this.field.value)[which];
    this.field.focus();
    if (open) this.field.setSelectionRange(open.start, open.end);
  }

  // --- the list ----------------------------------------------------------------------------------

  private get isOpen(): boolean {
    return this.from >= 0;
  }

  private toggled(): void {
    if (this.isOpen) {
      this.close();
      return;
    }
    this.field.focus();
    void this.open(this.field.selectionStart);
  }

  private async open(from: number): Promise<void> {
    this.from = from;
    this.show(true);
    const list = this.list();
    try {
      const replies = await fragmentOf(this.root.dataset.canned ?? "", { byHand: true });
      list?.replaceChildren(replies);
    } catch {
      this.said(this.root.dataset.saidLost);
      return;
    }
    this.said(this.options().length === 0 ? this.root.dataset.saidEmpty : "");
    if (this.isOpen) this.search();
  }

  private close(): void {
    this.from = -1;
    this.show(false);
    this.field.removeAttribute("aria-activedescendant");
  }

  private show(open: boolean): void {
    const place = this.root.querySelector<HTMLElement>("[data-canned-place]");
    if (place) place.hidden = !open;
    this.button?.setAttribute("aria-expanded", String(open));
  }

  private said(sentence = ""): void {
    const place = this.root.querySelector<HTMLElement>("[data-canned-said]");
    if (!place) return;
    place.textContent = sentence;
    place.hidden = !sentence;
    if (sentence) announce(sentence);
  }

  private options(): HTMLElement[] {
    return [...(this.list()?.querySelectorAll<HTMLElement>("[data-canned-reply]") ?? [])];
  }

  private shown(): HTMLElement[] {
    return this.options().filter((one) => !one.hidden);
  }

  private search(): void {
    const typed = this.field.value.slice(this.from, this.field.selectionStart).replace(/^\//, "");
    const options = this.options();
    for (const one of options) one.hidden = !fits(typed.trim(), `${one.dataset.name} ${one.dataset.words}`);
    if (options.length > 0) this.said(this.shown().length === 0 ? this.root.dataset.saidNone : "");
    this.choose(0);
  }

  private choose(which: number): void {
    const shown = this.shown();
    this.chosen = shown.length === 0 ? 0 : (which + shown.length) % shown.length;
    for (const one of this.options()) one.setAttribute("aria-selected", String(one === shown[this.chosen]));
    const here = shown[this.chosen];
    if (here) this.field.setAttribute("aria-activedescendant", here.id);
    else this.field.removeAttribute("aria-activedescendant");
    here?.scrollIntoView({ block: "nearest" });
  }

  // --- typing ------------------------------------------------------------------------------------

  private typed(event: InputEvent): void {
    this.check();
    if (event.isComposing) return;
    const caret = this.field.selectionStart;
    if (!this.isOpen) {
      if (event.data === "/" && beginsSearch(this.field.value, caret)) void this.open(caret - 1);
      return;
    }
    const typed = this.field.value.slice(this.from, caret);
    // Whoever types on after a search without hits has meant a slash.
    const isOver = caret < this.from || typed.includes("\n") || (this.nothing() && /\s$/.test(typed));
    if (isOver || (typed === "" && event.inputType === "deleteContentBackward")) this.close();
    else this.search();
  }

  private nothing(): boolean {
    return this.options().length > 0 && this.shown().length === 0;
  }

  private pressed(event: KeyboardEvent): void {
    if (!this.isOpen || event.isComposing) return;
    const here = this.shown()[this.chosen];
    if (event.key === "ArrowDown" || event.key === "ArrowUp")
      this.choose(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && here && !event.shiftKey) this.insert(here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private insert(option: HTMLElement): void {
    const words = option.dataset.words ?? "";
    const from = Math.min(this.from, this.field.selectionStart);
    this.field.setRangeText(words, from, this.field.selectionStart, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    const first = openFields(this.field.value).findIndex((one) => one.start >= from);
    if (first >= 0) this.jump(first);
    else this.field.focus();
  }
}

/** The picker of a form, if it has one. */
export function cannedOf(form: ParentNode | null): Canned | null {
  const root = form?.querySelector<HTMLElement>("[data-canned]");
  const field = form?.querySelector<HTMLTextAreaElement>("textarea[name=body]");
  return root && field ? new Canned(root, field) : null;
}

/** A form that begins a conversation: it is not sent while something is still to be filled in. */
export function startCanned(form: HTMLFormElement): void {
  const canned = cannedOf(form);
  const later = form.querySelector<HTMLButtonElement>("[data-chat-later-send]");
  form.addEventListener(
    "submit",
    (event) => {
      if (!canned?.blocks()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  form.addEventListener("keydown", (event) => {
    const chooses = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== "Enter" || !chooses || !event.target.closest("[data-chat-later]")) return;
    event.preventDefault();
    form.requestSubmit(later);
  });
}
