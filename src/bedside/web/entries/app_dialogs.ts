/** Apps of a visit that open over the page: from a row of the queue and from the card. */

import type { Running } from "../apps/per_patient";
import { toast } from "../components/toasts";
import { showInDialog } from "../live/in_dialog";

const PREPARE_AFTER_MS = 3_000;

type Start = (dialog: HTMLElement) => Running | null;

/** By the name in data-app: loads what activates the server's markup. */
const APPS: Readonly<Record<string, () => Promise<Start>>> = {
  files: async () => (await import("../file_transfer/panel")).startTransfers,
  chat: async () => {
    const { ChatPanel } = await import("../chat/panel");
    return (dialog) => {
      const root = dialog.querySelector<HTMLElement>("[data-chat]");
      const panel = root && new ChatPanel(root);
      panel?.focus();
      return panel;
    };
  },
};

/**
 * The element the focus returns to: a menu item is hidden by then, so the button that opened its
 * menu.
 */
function openerOf(link: HTMLElement): HTMLElement {
  const list = link.closest<HTMLElement>(".menu-list");
  return (list && document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(list.id)}"]`)) ?? link;
}

/** A press in the dialog right away is not lost: it is active when it appears. */
async function open(link: HTMLAnchorElement, load: () => Promise<Start>): Promise<void> {
  const asked = fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const [start, answer] = await Promise.all([load().catch(() => null), asked]);
  if (!answer?.ok || !start) {
    const said = answer?.ok ? null : ((await answer?.json().catch(() => null)) as { sentence?: string } | null);
    if (said?.sentence) toast(said.sentence, "bad");
    else window.location.assign(link.href);
    return;
  }
  const dialog = showInDialog(await answer.text(), openerOf(link));
  const app = dialog && start(dialog);
  dialog?.addEventListener("close", () => app?.end());
}

/**
 * Loads those of this page: it may stay open for days, and after an update of the server they are
 * gone.
 */
function prepare(): void {
  const names = new Set(
    [...document.querySelectorAll<HTMLElement>("a[data-app]")].map((link) => link.dataset.app ?? ""),
  );
  for (const name of names) void APPS[name]?.().catch(() => undefined);
}

export function startAppDialogs(): void {
  window.setTimeout(prepare, PREPARE_AFTER_MS);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-app]");
    const load = APPS[link?.dataset.app ?? ""];
    if (!link || !load || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void open(link, load);
  });
}
