/**
 * “… is writing”: says so of this page while somebody types, and shows it of the others. Nothing is
 * stored, no words are sent, and it ends by itself.
 *
 *   <p data-chat-typing>…<span data-chat-typing-words></span></p>
 */
import { announce } from "../components/announce";
import { liveSocket } from "../live/socket";

const SAY_EVERY_MS = 3_000;
/** Somebody who has not typed for so long is not writing. */
const IDLE_MS = 5_000;
/** What was not said again for so long is over: the page of the other is gone. */
const SHOWN_MS = 6_000;
/** Read out once, however long somebody writes. */
const READ_OUT_EVERY_MS = 60_000;

export class Typing {
  private said = 0;
  private idle = 0;
  private hide = 0;
  private readOut = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly topic: string,
    private readonly words: Record<string, string>,
  ) {
    liveSocket().passing(topic, (data) => this.heard(String(data.who), data.on === true));
  }

  /** Somebody types in this page's field. */
  wrote(): void {
    window.clearTimeout(this.idle);
    this.idle = window.setTimeout(() => this.stopped(), IDLE_MS);
    const now = Date.now();
    if (now - this.said < SAY_EVERY_MS) return;
    if (liveSocket().tell({ action: "typing", topic: this.topic, on: true })) this.said = now;
  }

  /** It was sent, deleted, or became a note for staff. */
  stopped(): void {
    window.clearTimeout(this.idle);
    if (this.said > 0) liveSocket().tell({ action: "typing", topic: this.topic, on: false });
    this.said = 0;
  }

  end(): void {
    this.stopped();
    window.clearTimeout(this.hide);
  }

  /** A message came: nobody is writing it any more. */
  came(): void {
    this.show("");
  }

  private heard(who: string, on: boolean): void {
    const words = (on && this.words[`typing_${who}`]) || "";
    this.show(words);
    if (!words) return;
    this.hide = window.setTimeout(() => this.show(""), SHOWN_MS);
    if (Date.now() - this.readOut < READ_OUT_EVERY_MS) return;
    this.readOut = Date.now();
    announce(words);
  }

  private show(words: string): void {
    window.clearTimeout(this.hide);
    const place = this.root.querySelector<HTMLElement>("[data-chat-typing]");
    const line = place?.querySelector("[data-chat-typing-words]");
    if (!place || !line) return;
    place.toggleAttribute("data-on", words !== "");
    if (line.textContent !== words) line.textContent = words;
  }
}
