/**
 * The form of a transfer in a dialog: sent without leaving the page; what was typed stays if it is
 * refused. The card then says where the patient has gone, for a few seconds. On a page of its own
 * the form is submitted normally.
 */
import { closeDialog } from "../components/dialogs";
import { closePanel } from "../components/panel";
import { toast } from "../components/toasts";
import { refreshAround } from "../live/fragments";
import { showInDialog } from "../live/in_dialog";

const STAYS_MS = 6_000;

interface Transferred {
  sentence: string;
  card: string;
}

function showOnCard(html: string): void {
  const body = document.getElementById("panel-body");
  if (!body || document.getElementById("panel")?.hidden) return;
  body.innerHTML = html;
  const shown = body.firstElementChild;
  window.setTimeout(() => {
    if (shown?.isConnected) closePanel();
  }, STAYS_MS);
}

async function send(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLElement>("button[type=submit]");
  if (button?.ariaBusy === "true") return; // pressed twice: the second answer would be a refusal
  button?.setAttribute("aria-busy", "true");
  try {
    const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const answer = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: fields });
    if (answer.headers.get("content-type")?.startsWith("text/html")) {
      showInDialog(await answer.text());
      return;
    }
    const said = (await answer.json()) as Partial<Transferred>;
    if (!answer.ok) {
      toast(said.sentence ?? "", "bad");
      return;
    }
    closeDialog("in-dialog");
    showOnCard(said.card ?? "");
    toast(said.sentence ?? "", "good");
    const queue = document.querySelector(".queue");
    if (queue) refreshAround(queue);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/**
 * `failed` is called if the server cannot be reached; by default the form is submitted normally.
 */
export function startTransferring(failed: (form: HTMLFormElement) => void = (form) => form.submit()): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || form.dataset.transfer === undefined || !form.closest("dialog")) return;
      event.preventDefault();
      void send(form).catch(() => failed(form));
    },
    true,
  );
}
