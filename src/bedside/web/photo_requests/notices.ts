/** Messages of the choosing page: a line over the list, notes, problems. */
import { announce } from "../components/announce";

export class Notices {
  constructor(private readonly root: HTMLElement) {}

  /** The line over the list, a live region. */
  status(sentence: string): void {
    const shown = this.root.querySelector<HTMLElement>("[data-status]");
    if (shown && shown.textContent !== sentence) shown.textContent = sentence;
  }

  /** A note, such as what happened on another device. One `ofNetwork` disappears by `clear`. */
  note(sentence: string, ofNetwork = false): void {
    if (ofNetwork && this.root.querySelector("[data-note-text]")?.textContent === sentence) return;
    this.root.toggleAttribute("data-network-note", ofNetwork && sentence !== "");
    this.show("note", sentence);
    if (sentence) announce(sentence);
  }

  /** A problem. One `ofNetwork` disappears when the network is back. */
  problem(sentence: string, ofNetwork = false): void {
    this.root.toggleAttribute("data-network-problem", ofNetwork && sentence !== "");
    this.show("problem", sentence);
    if (sentence) announce(sentence, true);
  }

  /** What waited for the network is done. */
  clear(): void {
    if (this.root.hasAttribute("data-network-note")) this.note("");
  }

  networkIsBack(): void {
    if (this.root.hasAttribute("data-network-problem")) this.problem("");
  }

  private show(kind: "note" | "problem", sentence: string): void {
    const banner = document.querySelector<HTMLElement>(`[data-${kind}]`);
    if (!banner) return;
    banner.hidden = !sentence;
    banner.querySelector(`[data-${kind}-text]`)!.textContent = sentence;
    if (sentence) banner.scrollIntoView({ block: "nearest" });
  }
}
