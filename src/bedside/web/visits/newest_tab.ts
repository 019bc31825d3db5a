/**
 * Of several tabs with the same visit the newest is in the call. It takes a lock from the others;
 * when it is closed, the lock returns to the one that waits for it.
 */
export class NewestTab {
  isNewest = true;

  constructor(
    private readonly name: string,
    private readonly changed: () => void,
  ) {
    this.take();
  }

  /** Be the newest from now on. */
  take(): void {
    if (!("locks" in navigator)) return;
    this.until(navigator.locks.request(this.name, { steal: true }, () => this.hold()));
  }

  private hold(): Promise<void> {
    this.set(true);
    return new Promise(() => undefined); // until the page is closed, or another tab takes it
  }

  private until(end: Promise<unknown>): void {
    void end.catch(() => {
      this.set(false);
      this.until(navigator.locks.request(this.name, () => this.hold()));
    });
  }

  private set(isNewest: boolean): void {
    if (this.isNewest === isNewest) return;
    this.isNewest = isNewest;
    this.changed();
  }
}
