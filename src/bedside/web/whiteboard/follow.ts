/** The whiteboard for patients and guests: it opens and closes with the staff's. */

import { fragmentOf } from "../live/fragment";
import { liveSocket } from "../live/socket";
import type { Board } from "./board";

const PREPARE_AFTER_MS = 3_000;

/** Follows the whiteboard of the call in `call`, until `end`. */
export function followWhiteboard(call: HTMLElement): { end: () => void } {
  const place = call.querySelector<HTMLElement>('[data-app="whiteboard"]');
  return new Follower(place ?? document.createElement("div"));
}

class Follower {
  private board: Board | null = null;
  private opening = false;
  private ended = false;
  private readonly leave: () => void;

  constructor(private readonly place: HTMLElement) {
    this.leave = liveSocket().subscribe(`whiteboard:${place.dataset.call ?? ""}`, (heard) => {
      if (heard.kind === "event" && heard.type !== "whiteboard.changed") return;
      if (Number(heard.data.last) === 0) this.close();
      else void this.open();
    });
    // After an update of the server during the call it is gone.
    window.setTimeout(() => void import("./board").catch(() => undefined), PREPARE_AFTER_MS);
    place.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-app-close]")) place.hidden = true;
    });
  }

  end(): void {
    this.ended = true;
    this.leave();
    this.close();
  }

  private close(): void {
    this.board?.end();
    this.board = null;
    this.place.replaceChildren();
    this.place.hidden = false;
  }

  private async open(): Promise<void> {
    if (this.board || this.opening) return;
    this.opening = true;
    try {
      const [{ Board: Made }, content] = await Promise.all([
        import("./board"),
        fragmentOf(this.place.dataset.base ?? ""),
      ]);
      if (this.ended) return;
      this.place.replaceChildren(content);
      const root = this.place.querySelector<HTMLElement>("[data-board]");
      if (root) this.board = new Made(root, () => undefined, undefined, this.place.dataset.visitOf ?? "");
    } catch {
      // The next mark tries again.
    } finally {
      this.opening = false;
    }
  }
}
