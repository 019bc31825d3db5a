/** The patients in the dock, in the order in which they were opened: one tab each. */

/** What lasts from page to page: ids alone, in the order of the tabs. */
export interface KeptTabs {
  readonly tabs: readonly [visit: string, app: string][];
  readonly front: string;
}

export interface Tab {
  readonly visit: string;
  /** What the tab shows: a name in DOCK_APPS. */
  app: string;
  name: string;
  born: string;
}

export class DockTabs {
  readonly all: Tab[] = [];
  private visit = "";

  /** The tab in front; undefined if there is none. */
  get front(): Tab | undefined {
    return this.all.find((one) => one.visit === this.visit);
  }

  /** Brings a patient to the front, with an app. */
  open(visit: string, app: string, name: string, born: string): Tab {
    const known = this.all.find((one) => one.visit === visit);
    const tab = known ?? { visit, app, name, born };
    if (!known) this.all.push(tab);
    Object.assign(tab, { app, name, born });
    this.visit = visit;
    return tab;
  }

  /** Closes the tab in front. Returns its neighbour, which comes to the front; undefined after the last one. */
  close(): Tab | undefined {
    const at = this.all.findIndex((one) => one.visit === this.visit);
    if (at >= 0) this.all.splice(at, 1);
    const next = this.all[Math.min(at, this.all.length - 1)];
    this.visit = next?.visit ?? "";
    return next;
  }

  /** Puts tabs of the page before in front of those that were opened since; what is in front stays there. */
  putBack(earlier: readonly Tab[], front: string): void {
    this.all.unshift(...earlier.filter(({ visit }) => !this.all.some((one) => one.visit === visit)));
    if (this.front) return;
    this.visit = (this.all.find(({ visit }) => visit === front) ?? this.all[0])?.visit ?? "";
  }

  /** What to keep for the next page; "" without tabs. */
  kept(): string {
    const kept: KeptTabs = { tabs: this.all.map(({ visit, app }) => [visit, app]), front: this.visit };
    return this.all.length > 0 ? JSON.stringify(kept) : "";
  }

  /** The tab `by` steps beside the one in front, around the ends; undefined without any. */
  beside(by: number): Tab | undefined {
    const { length } = this.all;
    const at = this.all.findIndex((one) => one.visit === this.visit);
    return length > 0 ? this.all[(at + by + length) % length] : undefined;
  }
}

/** Reads what `kept` wrote; without tabs if it is anything else. */
export function readKept(text: string): KeptTabs {
  try {
    const { tabs, front } = JSON.parse(text) as Partial<KeptTabs>;
    const isPair = (one: unknown): boolean => Array.isArray(one) && one.every((part) => typeof part === "string");
    if (Array.isArray(tabs) && tabs.every(isPair) && typeof front === "string") return { tabs, front };
  } catch {
    // nothing was kept
  }
  return { tabs: [], front: "" };
}
