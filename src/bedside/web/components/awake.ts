/** Keeps the screen on if the browser can, so that a phone in use does not lock. */
export class Awake {
  private lock: WakeLockSentinel | null = null;
  private wanted = false;

  constructor() {
    // A page that was hidden has lost the lock.
    document.addEventListener("visibilitychange", () => void this.hold());
  }

  want(wanted: boolean): void {
    this.wanted = wanted;
    void (wanted ? this.hold() : this.release());
  }

  private async hold(): Promise<void> {
    const held = this.lock !== null && !this.lock.released;
    if (!this.wanted || held || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      this.lock = await navigator.wakeLock.request("screen");
      if (!this.wanted) await this.release();
    } catch {
      // A phone saving its battery refuses; it may lock then, and the place is kept.
    }
  }

  private async release(): Promise<void> {
    const lock = this.lock;
    this.lock = null;
    await lock?.release();
  }
}
