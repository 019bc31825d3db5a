/**
 * How soon a page asks again for something that changes all the time: at once when the server is
 * quick, and after several times as long as it took when it is busy. So many pages that follow one
 * room slow down together, instead of keeping the server from answering any of them.
 */
const TIMES_AS_LONG = 4;
const LONGEST_MS = 3000;

export class Pace {
  private earliest = 0;

  /** `together`: events that come this soon after one another are answered together. */
  constructor(private readonly together: number) {}

  /** Takes note of an answer that was asked for at `began` and came at `ended`. */
  took(began: number, ended: number): void {
    this.earliest = ended + Math.min((ended - began) * TIMES_AS_LONG, LONGEST_MS);
  }

  /** Milliseconds from `now` until it may be asked for again. */
  wait(now: number): number {
    return Math.max(this.together, Math.min(this.earliest - now, LONGEST_MS));
  }
}
