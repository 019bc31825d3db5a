/** When the progress of uploads is worth an announcement: it begins, half of it is there, all is. */

export type Milestone = "" | "start" | "half" | "all";

export class Milestones {
  private total = 0;
  private passed: Milestone = "";

  /** The milestone passed just now; "" if none. `count` photos in all, `done` of them uploaded. */
  next(done: number, count: number): Milestone {
    if (count > this.total) this.passed = ""; // more photos were chosen: it begins again
    this.total = count;
    const now = reached(done, count);
    if (now === this.passed || rank(now) < rank(this.passed)) return "";
    this.passed = now;
    return now;
  }
}

function reached(done: number, count: number): Milestone {
  if (count === 0) return "";
  if (done >= count) return "all";
  return count > 1 && done >= count / 2 ? "half" : "start";
}

function rank(milestone: Milestone): number {
  return ["", "start", "half", "all"].indexOf(milestone);
}
