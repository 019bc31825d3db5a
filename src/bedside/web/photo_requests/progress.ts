/**
 * The progress of uploads: a line over the list that runs all the time, and announcements that do
 * not.
 */
import { announce } from "../components/announce";
import { percent } from "../components/sizes";
import type { Card } from "./cards";
import { Milestones } from "./milestones";
import { type Settings, say, sayCount } from "./settings";
import type { Kept } from "./store";

export class Progress {
  private readonly milestones = new Milestones();

  constructor(
    private readonly settings: Settings,
    /** Photos that can be sent. */
    private readonly acceptable: () => Card[],
    private readonly show: (sentence: string, isUploading: boolean) => void,
  ) {}

  moved(photo: Kept, share: number): void {
    const open = this.acceptable();
    const card = open.find((other) => other.kept?.id === photo.id);
    card?.progress(share);
    const values = {
      number: card ? open.indexOf(card) + 1 : 0,
      count: open.length,
      percent: percent(Math.floor(share * 100)),
    };
    this.show(card ? say(this.settings, "uploadingOf", values) : "", true);
    this.announce(share);
  }

  /** A photo has arrived, or cannot. */
  changed(): void {
    const open = this.acceptable();
    const isAll = open.length > 0 && open.every((card) => !card.kept);
    this.show(isAll ? say(this.settings, "allUploaded") : "", false);
    this.announce(0);
  }

  waits(): void {
    this.show(say(this.settings, "noConnection"), false);
  }

  private announce(share: number): void {
    const open = this.acceptable();
    const done = open.filter((card) => !card.kept).length;
    const most = done < open.length ? open.length - 0.01 : open.length; // the last byte is not acknowledged
    const milestone = this.milestones.next(Math.min(done + share, most), open.length);
    if (milestone === "start") announce(sayCount(this.settings, "uploadingAll", open.length));
    else if (milestone === "half") announce(say(this.settings, "halfUploaded"));
    else if (milestone === "all") announce(say(this.settings, "allUploaded"));
  }
}
