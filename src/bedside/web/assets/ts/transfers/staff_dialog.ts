/** The File transfer dialog of staff: opened from a row of the queue and from the card. */
import { toast } from "../components/toasts";
import { showInDialog } from "../visits_staff/in_dialog";

async function open(link: HTMLAnchorElement): Promise<void> {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) {
    const said = (await answer?.json().catch(() => null)) as { sentence?: string } | null;
    if (said?.sentence) toast(said.sentence, "bad");
    else window.location.assign(link.href);
    return;
  }
  const dialog = showInDialog(await answer.text(), link);
  if (!dialog) return;
  const { startTransfers } = await import("./panel");
  const panel = startTransfers(dialog);
  dialog.addEventListener("close", () => panel?.end());
}

export function startTransferDialogs(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-app="files"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void open(link);
  });
}
