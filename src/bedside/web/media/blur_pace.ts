/**
 * Whether a device is quick enough for the blur: judged by what its pictures cost and by how many
 * it manages, not by its name.
 */

/** The first pictures include what is prepared once. */
const WARM_UP = 20;
/** One picture may wait for something else; the middle of this many may not. */
const PICTURES = 40;
/** The call needs the same processor. */
const MOST_MS = 30;
/** A few pictures tell a device that takes several times as long: nobody waits half a minute for it. */
const FEW = 10;
const FAR_TOO_MANY_MS = 3 * MOST_MS;
const LEAST_PER_SECOND = 12;

export class Pace {
  private costs: number[] = [];
  private skipped = 0;
  private since = 0;

  /**
   * Counts a picture that took `cost` milliseconds and was ready at `now`. Returns whether the
   * device is too slow.
   */
  add(cost: number, now: number): boolean {
    if (this.skipped < WARM_UP) {
      this.skipped += 1;
      this.since = now;
      return false;
    }
    this.costs.push(cost);
    if (this.costs.length === FEW && medianOf(this.costs) > FAR_TOO_MANY_MS) return true;
    if (this.costs.length < PICTURES) return false;
    const perSecond = (this.costs.length * 1_000) / Math.max(1, now - this.since);
    const isSlow = medianOf(this.costs) > MOST_MS || perSecond < LEAST_PER_SECOND;
    this.costs = [];
    this.since = now;
    return isSlow;
  }

  /** Begins again: browsers slow a page down that is not shown, which says nothing of the device. */
  forget(): void {
    this.costs = [];
    this.skipped = 0;
  }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}
