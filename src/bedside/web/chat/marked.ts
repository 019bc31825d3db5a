/** Marks parts of a textarea, by a copy of its text behind it. */

export class Marked {
  private readonly behind = Object.assign(document.createElement("div"), { className: "input marked-behind" });

  constructor(private readonly field: HTMLTextAreaElement) {
    const around = Object.assign(document.createElement("div"), { className: "marked" });
    this.behind.setAttribute("aria-hidden", "true");
    field.before(around);
    around.append(this.behind, field);
    field.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.follow()).observe(field);
  }

  /** Marks these parts, in their order, and nothing else. */
  mark(parts: readonly { start: number; end: number }[]): void {
    const words = this.field.value;
    const pieces: (Node | string)[] = [];
    let from = 0;
    for (const { start, end } of parts) {
      pieces.push(words.slice(from, start));
      pieces.push(Object.assign(document.createElement("mark"), { textContent: words.slice(start, end) }));
      from = end;
    }
    // A last line that is empty has no height of its own.
    this.behind.replaceChildren(...(parts.length > 0 ? [...pieces, `${words.slice(from)}\n`] : []));
    this.follow();
  }

  private follow(): void {
    this.behind.style.blockSize = `${this.field.offsetHeight}px`;
    this.behind.style.inlineSize = `${this.field.offsetWidth}px`;
    this.behind.scrollTop = this.field.scrollTop;
  }
}
