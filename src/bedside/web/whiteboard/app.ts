/** The whiteboard in the call window: opening it shows it to everybody in the call. */

import { type AppContext, type CallApp, patientsIn } from "../apps/call_app";
import { say } from "../apps/place";
import { posted, sentenceOf } from "../components/answers";
import { fragmentOf } from "../live/fragment";
import { Board } from "./board";

class WhiteboardApp implements CallApp {
  private board: Board | null = null;

  async mount(panel: HTMLElement, context: AppContext): Promise<void> {
    const base = `/calls/${context.session.place.call}/whiteboard`;
    try {
      const answer = await posted(`${base}/open`, {});
      if (!answer.ok) throw new Error(await sentenceOf(answer));
      panel.append(await fragmentOf(base));
    } catch {
      panel.textContent = say(context.session.place, "app_failed");
      return;
    }
    const root = panel.querySelector<HTMLElement>("[data-board]");
    if (!root) return;
    root.querySelector("[data-board-choose]")?.addEventListener("click", () => {
      void this.choose(root, base, context).catch(() => sayOn(root, say(context.session.place, "app_failed")));
    });
    this.board = new Board(
      root,
      () => context.close(),
      (picture) => this.save(root, base, context, picture),
    );
  }

  /** The pictures of the charts of those in the call; pressing one lays it under the board. */
  private async choose(root: HTMLElement, base: string, context: AppContext): Promise<void> {
    const place = root.querySelector<HTMLElement>("[data-board-pictures]");
    const button = root.querySelector("[data-board-choose]");
    if (!place) return;
    place.hidden = !place.hidden;
    button?.setAttribute("aria-expanded", String(!place.hidden));
    if (place.hidden) return;
    place.replaceChildren();
    sayOn(root, "");
    const patients = patientsIn(context.session);
    for (const { visit_id: visit, name } of patients) {
      // Whose picture it is decides who sees it.
      if (patients.length > 1)
        place.append(Object.assign(document.createElement("p"), { className: "small strong", textContent: name }));
      const found = await fragmentOf(`${base}/pictures/${visit ?? ""}`, { byHand: true });
      for (const one of found.querySelectorAll<HTMLElement>("[data-board-picture]")) {
        one.addEventListener("click", () => {
          const entry = one.dataset.boardPicture ?? "";
          void this.lay(root, `${base}/ground/${visit ?? ""}`, entry, context);
        });
      }
      place.append(found);
    }
  }

  private async lay(root: HTMLElement, address: string, entry: string, context: AppContext): Promise<void> {
    const answer = await posted(address, { entry }).catch(() => null);
    const sentence = answer === null ? say(context.session.place, "app_failed") : await refusal(answer);
    sayOn(root, sentence);
    const button = root.querySelector<HTMLElement>("[data-board-choose]");
    if (sentence) return;
    button?.click();
    button?.focus();
  }

  /** Closing the panel leaves the board to the others; “Close for everybody” removes it. */
  unmount(): void {
    this.board?.end();
    this.board = null;
  }

  /** Files the picture in the chart of every patient in the call. */
  private async save(root: HTMLElement, base: string, context: AppContext, picture: Blob): Promise<string> {
    const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
    for (const { visit_id: visit } of patientsIn(context.session)) {
      const answer = await fetch(`${base}/save/${visit ?? ""}`, {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "image/png" },
        body: picture,
      });
      if (!answer.ok) return sentenceOf(answer);
    }
    return words.saved_here ?? "";
  }
}

function sayOn(root: HTMLElement, sentence: string): void {
  const place = root.querySelector<HTMLElement>("[data-board-said]");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = !sentence;
}

async function refusal(answer: Response): Promise<string> {
  return answer.ok ? "" : sentenceOf(answer);
}

export const app = (): CallApp => new WhiteboardApp();
