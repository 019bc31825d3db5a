/** “Delete”, which can be undone for some seconds: until then nothing is lost. */
import { announce } from "../components/announce";
import type { Card } from "./cards";
import type { Errand, Errands } from "./errands";
import { type Settings, say } from "./settings";
import { copyOf, part } from "./templates";

const UNDO_FOR = 10_000;
/** The undo button does not vanish under the finger or the focus, but not for ever either. */
const AT_MOST = 60_000;

export interface DeletionWatcher {
  /** The photo is no longer part of the page. */
  onTaken(card: Card): void;
  /** The patient wants it after all; it was at this place. */
  onBack(card: Card, index: number): void;
  /** Its row is gone too; `lost` if that had the focus. */
  onGone(lost: boolean): void;
}

interface Undoable {
  row: HTMLLIElement;
  errand: Errand;
  timer: number;
}

export class Deletions {
  private readonly undoable = new Set<Undoable>();

  constructor(
    private readonly settings: Settings,
    private readonly errands: Errands,
    private readonly watcher: DeletionWatcher,
  ) {}

  /** Whether a deletion can still be undone. */
  get any(): boolean {
    return this.undoable.size > 0;
  }

  /** Deletes the photo of a card. One that was refused is no loss, and goes at once. */
  async delete(card: Card, index: number): Promise<void> {
    const isLoss = card.acceptable;
    const errand = await this.errands.add(
      {
        kind: "delete",
        photo: card.name || (card.element.dataset.refused ?? ""),
        label: card.label,
        comment: "",
        kept: card.kept?.id ?? "",
        uploadUrl: card.kept?.uploadUrl ?? "",
        due: Date.now() + (isLoss ? UNDO_FOR : 0),
      },
      isLoss,
    );
    const words = say(this.settings, "deletedPhoto", { photo: card.label });
    announce(words);
    if (isLoss) this.offerUndo(card, index, errand, words);
    else card.remove();
    this.watcher.onTaken(card);
    if (!isLoss) await this.errands.run();
  }

  private offerUndo(card: Card, index: number, errand: Errand, words: string): void {
    const row = copyOf("#photo-deleted") as HTMLLIElement;
    part<HTMLElement>(row, "[data-deleted-text]").textContent = words;
    const button = part<HTMLButtonElement>(row, "[data-undo]");
    part<HTMLElement>(button, ".visually-hidden").textContent = ` ${card.label}`;
    const undoable: Undoable = { row, errand, timer: 0 };
    button.addEventListener("click", () => void this.undo(undoable, card, index));
    card.element.replaceWith(row);
    button.focus({ preventScroll: true });
    this.undoable.add(undoable);
    const began = Date.now();
    const end = (): void => {
      if (row.contains(document.activeElement) && Date.now() - began < AT_MOST) {
        undoable.timer = window.setTimeout(end, 1_000);
        return;
      }
      void this.end(undoable, card);
    };
    undoable.timer = window.setTimeout(end, UNDO_FOR);
  }

  private async undo(undoable: Undoable, card: Card, index: number): Promise<void> {
    if (!this.close(undoable)) return;
    await this.errands.drop(undoable.errand);
    undoable.row.replaceWith(card.element);
    this.watcher.onBack(card, index);
    card.element.querySelector<HTMLElement>("[data-delete]")?.focus({ preventScroll: true });
    announce(say(this.settings, "undone", { photo: card.label }));
  }

  private async end(undoable: Undoable, card?: Card): Promise<void> {
    if (!this.close(undoable)) return;
    const lost = undoable.row.contains(document.activeElement);
    undoable.row.remove();
    card?.remove();
    this.watcher.onGone(lost);
    await this.errands.release(undoable.errand);
  }

  /** Nothing is undone any more, for instance because the rest is sent now. */
  async endAll(): Promise<void> {
    await Promise.all([...this.undoable].map((undoable) => this.end(undoable)));
  }

  private close(undoable: Undoable): boolean {
    window.clearTimeout(undoable.timer);
    return this.undoable.delete(undoable);
  }
}
