/** Paper in the patient's chat: pages that are photographed, and become a file of the message. */
import { KeptPages } from "../uploading/kept_pages";
import { ownQueue } from "../uploading/own_queue";
import { PaperPages } from "../uploading/paper_pages";

/** `add` takes the document like a file that was chosen; false if it could not be added. Returns null where
 *  nobody photographs paper. */
export function offerPaper(
  root: HTMLElement,
  add: (document: File) => Promise<boolean>,
  complain: (sentence: string) => void,
): PaperPages | null {
  const button = root.querySelector<HTMLElement>("[data-pick=page]")?.closest("label");
  const signedIn = ownQueue();
  if (!button || !signedIn || !root.querySelector("[data-paper]")) return null;
  // Pages of one conversation are no part of another, nor of what is sent without one.
  const owner = `${signedIn.owner}/chat`;
  const place = root.closest("form")?.getAttribute("action") ?? "";
  const kept: KeptPages = new KeptPages({ owner, key: signedIn.key }, place, {
    changed: () => paper.show(),
    take: (document) => add(document),
  });
  const paper = new PaperPages(root, kept, complain);
  button.hidden = false;
  void kept.start();
  return paper;
}
