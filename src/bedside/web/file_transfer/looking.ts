/** Opens a file that was sent in the page, over it. */

import { announce } from "../components/announce";
import { refusalIn } from "../components/answers";
import { contentOf } from "../live/fragment";

/** Shows what the link leads to as a dialog; the focus returns to the link. */
export async function look(link: HTMLAnchorElement | null, offline: string): Promise<void> {
  if (!link || link.ariaBusy === "true") return;
  link.setAttribute("aria-busy", "true");
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const text = (await answer?.text().catch(() => "")) ?? "";
  link.removeAttribute("aria-busy");
  const dialog = answer?.ok ? contentOf(text).querySelector("dialog") : null;
  if (!dialog) {
    announce(refusalIn(text).sentence || offline, true);
    return;
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.showModal();
}
