/** Messages of the choosing page: a line over the list, notes, problems. */
import { announce } from "../components/announce";

export class Notices {
  constructor(private readonly root: HTMLElement) {}

  /** The line over the list, a live region. */
  status(sentence: string): void {
    const shown = this.root.querySelector<HTMLElement>("[data-status]");
    if (shown && shown.textContent !== sentence) shown.textContent = sentence;
  }

  /** A note, such as what happened on another device. */
  note(sentence: string): void {
    this.show("note", sentence);
    if (sentence) announce(sentence);
  }

  /** A problem. One `ofNetwork` disappears when the network is back. */
  problem(sentence: string, ofNetwork = false): void {
    this.root.toggleAttribute("data-network-problem", ofNetwork && sentence !== "");
    this.show("problem", sentence);
    if (sentence) announce(sentence, true);
  }

  networkIsBack(): void {
    if (this.root.hasAttribute("data-network-problem")) this.problem("");
  }

  private show(kind: "note" | "problem", sentence: string): void {
    const banner = this.root.querySelector<HTMLElement>(`[data-${kind}]`);
    if (!banner) return;
    banner.hidden = !sentence;
    banner.querySelector(`[data-${kind}-text]`)!.textContent = sentence;
    if (sentence) banner.scrollIntoView({ block: "nearest" });
  }
}
