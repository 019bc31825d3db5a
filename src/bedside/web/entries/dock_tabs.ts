/** The patients in the dock, in the order in which they were opened: one tab each. */

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

  /** The tab `by` steps beside the one in front, around the ends; undefined without any. */
  beside(by: number): Tab | undefined {
    const { length } = this.all;
    const at = this.all.findIndex((one) => one.visit === this.visit);
    return length > 0 ? this.all[(at + by + length) % length] : undefined;
  }
}
