/** Chosen files that wait for a free place: offered one after the other, in the order of choosing. */

/** “full”: no place is free now. “offline”: the server was not reached. Both are tried again. */
export type Outcome = "taken" | "refused" | "full" | "offline";

export class WaitingLine<File> {
  private readonly line: File[] = [];
  private running: Promise<void> | null = null;

  /** `offer` asks the server; `changed` is called whenever the line is another one. */
  constructor(
    private readonly offer: (file: File) => Promise<Outcome>,
    private readonly changed: () => void,
  ) {}

  /** Those that wait, the next one first. */
  get files(): readonly File[] {
    return this.line;
  }

  /** Adds files, and offers what there is place for. */
  async add(files: readonly File[]): Promise<void> {
    this.line.push(...files);
    await this.advance();
  }

  /** Takes a file out again. */
  drop(file: File): void {
    const at = this.line.indexOf(file);
    if (at < 0) return;
    this.line.splice(at, 1);
    this.changed();
  }

  /** Offers files until one finds no place. Resolves when none can be offered now. */
  async advance(): Promise<void> {
    if (this.running) await this.running; // what was added meanwhile may still wait
    this.running ??= this.offerAll().finally(() => (this.running = null));
    await this.running;
  }

  private async offerAll(): Promise<void> {
    for (let next = this.line[0]; next !== undefined; next = this.line[0]) {
      const outcome = await this.offer(next);
      if (outcome === "full" || outcome === "offline") break;
      this.drop(next);
    }
    this.changed();
  }
}
