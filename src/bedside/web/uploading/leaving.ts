/**
 * Signing out with files that are only on this phone: their owner decides. They can wait, encrypted with
 * a key that leaves with the sign-out, until the same person signs in here again; or be deleted.
 */
import { readCounted, sayCount } from "../components/counted";
import { countOfAll, forgetOwn } from "./own_files";
import { ownQueue } from "./own_queue";
import { signOut } from "./signing_out";

export function startLeaving(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-signs-out]");
  const dialog = document.querySelector<HTMLDialogElement>("[data-leaving]");
  const owner = ownQueue()?.owner;
  if (!form || !dialog || !owner) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void countOfAll(owner).then((count) => (count ? ask(dialog, count) : signOut(form)));
  });
  dialog.querySelector("[data-leave-waiting]")?.addEventListener("click", () => signOut(form));
  dialog.querySelector("[data-leave-deleting]")?.addEventListener("click", () => {
    void forgetOwn(owner).finally(() => signOut(form));
  });
  dialog.querySelector("[data-stay]")?.addEventListener("click", () => dialog.close());
}

function ask(dialog: HTMLDialogElement, count: number): void {
  const title = dialog.querySelector<HTMLElement>("[data-leaving-title]");
  if (title) title.textContent = sayCount(readCounted(title.dataset.counted), count);
  dialog.showModal();
}
