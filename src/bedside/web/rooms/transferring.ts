/**
 * The form of a transfer in a dialog: sent without leaving the page; what was typed stays if it is
 * refused. The card then says where the patient has gone, for a few seconds. On a page of its own
 * the form is submitted normally.
 */
import { closeDialog } from "../components/dialogs";
import { closePanel } from "../components/panel";
import { toast } from "../components/toasts";
import { refreshAround } from "../live/fragments";
import { SHOWN_IN_DIALOG, showInDialog } from "../live/in_dialog";
import { KeptWords } from "../live/kept_words";

const STAYS_MS = 6_000;

interface Transferred {
  sentence: string;
  card: string;
}

/** Where the note of this form is kept: of this leg alone, because the next one has other readers. */
function kept(form: HTMLFormElement): KeptWords {
  const leg = form.querySelector<HTMLInputElement>("input[name=leg]")?.value ?? "";
  return new KeptWords(`transfer-note-${new URL(form.action).pathname}-${leg}`);
}

function formOf(place: Element | null): HTMLFormElement | null {
  return place?.closest("dialog")?.querySelector<HTMLFormElement>("form[data-transfer]") ?? null;
}

async function giveBack(form: HTMLFormElement): Promise<void> {
  const field = form.querySelector("textarea");
  const words = await kept(form).read();
  if (field && !field.value) field.value = words;
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
    kept(form).write("");
    closeDialog("in-dialog");
    showOnCard(said.card ?? "");
    toast(said.sentence ?? "", "good");
    const queue = document.querySelector(".queue");
    if (queue) refreshAround(queue);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

function sayNotSent(form: HTMLFormElement): void {
  toast(form.dataset.notSent ?? "", "bad");
}

/** `failed` is called if the server cannot be reached; by default the dialog stays, and says so. */
export function startTransferring(failed: (form: HTMLFormElement) => void = sayNotSent): void {
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
  document.addEventListener("input", (event) => {
    const form = event.target instanceof HTMLTextAreaElement ? formOf(event.target) : null;
    if (form) kept(form).write((event.target as HTMLTextAreaElement).value);
  });
  document.addEventListener("bedside:fragment", (event) => {
    const over = (event.target as Element).querySelector("[data-transfer-over]");
    if (!over?.closest("dialog")) return;
    closeDialog("in-dialog"); // there is nobody to transfer any more
    toast(over.textContent ?? "", "attention");
  });
  document.addEventListener(SHOWN_IN_DIALOG, (event) => {
    const form = formOf(event.target as Element);
    if (form) void giveBack(form);
  });
}
