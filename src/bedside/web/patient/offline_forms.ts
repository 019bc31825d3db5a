/**
 * Forms of patients' pages that are posted as they are: without a connection the page says so and keeps
 * what was typed, instead of the browser's page about it, and the form goes by itself when the
 * connection is back. A form with data-needs-network is about what is true now, and is pressed again.
 */
import { announce } from "../components/announce";
import { patience } from "../components/older_browsers";

/** A network that hangs is none. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 5_000;

const passed = new WeakSet<HTMLFormElement>();
const waiting = new WeakSet<HTMLFormElement>();

/** Whether the server answers at all; a phone says “online” in every dead spot. */
async function isThere(): Promise<boolean> {
  const options = { cache: "no-store", signal: patience(PATIENCE_MS) } as const;
  return fetch("/health", options).then(
    () => true,
    () => false,
  );
}

function untilLater(): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve, AGAIN_MS);
    window.addEventListener("online", () => resolve(), { once: true });
  });
}

/** The note is beside the main button, which is on the screen. */
function say(): void {
  if (document.querySelector("[data-waits-here]")) return;
  const template = document.querySelector<HTMLTemplateElement>("template[data-no-connection]");
  const note = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  const place = document.querySelector(".patient-foot-inner") ?? document.querySelector(".patient-body");
  if (!note || !place) return;
  place.prepend(note);
  announce(note.textContent.trim(), true);
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  waiting.add(form);
  while (!(await isThere())) {
    say();
    submitter?.removeAttribute("aria-busy");
    await untilLater();
  }
  waiting.delete(form);
  document.querySelector("[data-waits-here]")?.remove();
  passed.add(form);
  delete form.dataset.sending;
  form.requestSubmit(submitter);
}

/** Heard last of all: what a script sends itself, it has prevented by now. */
function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
  // In the app, forms have been asked about by live/drafts.ts.
  if (passed.delete(form) || (document.querySelector("[data-drafts-key]") && navigator.onLine)) return;
  event.preventDefault();
  if (!waiting.has(form)) void send(form, event.submitter);
}

function startRefusing(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-needs-network]")) {
    const said = form.querySelector<HTMLElement>("[data-no-network]");
    if (!said) continue;
    const refuse = (event: Event): void => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      said.hidden = false;
      said.scrollIntoView({ block: "nearest" });
    };
    form.addEventListener("submit", refuse, { capture: true });
    window.addEventListener("online", () => {
      said.hidden = true;
    });
  }
}

export function startOfflineForms(): void {
  startRefusing();
  window.addEventListener("submit", onSubmit);
}
