/**
 * Questions between colleagues: those to this person and the answers to theirs stand on every page
 * until somebody deals with them, in the call window too. They are asked in a dialog.
 */
import { announce } from "../components/announce";
import { posted, sentenceOf } from "../components/answers";
import { closeDialog } from "../components/dialogs";
import { toast } from "../components/toasts";
import { fragmentOf } from "../live/fragment";
import { openInDialog, showInDialog } from "../live/in_dialog";
import { morph } from "../live/morph";
import { liveSocket } from "../live/socket";

const ADDRESS = "/colleagues/questions";

function region(): HTMLElement {
  const known = document.getElementById("questions");
  if (known) return known;
  const made = Object.assign(document.createElement("div"), { id: "questions", className: "questions" });
  document.getElementById("toasts")?.prepend(made);
  return made;
}

async function show(): Promise<void> {
  const place = region();
  const before = new Set([...place.querySelectorAll(".banner")].map((one) => one.id));
  morph(place, await fragmentOf(ADDRESS));
  for (const one of place.querySelectorAll(".banner")) {
    if (before.has(one.id)) continue;
    const words = [".banner-title", ".question-text"].map((part) => one.querySelector(part)?.textContent ?? "");
    announce(words.join(": "), true);
  }
}

function refresh(): void {
  void show().catch(() => undefined); // without a connection the socket asks again when it is back
}

async function sendAnswer(form: HTMLFormElement): Promise<void> {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const answer = await posted(form.action, Object.fromEntries(fields) as Record<string, string>);
  if (!answer.ok) toast(await sentenceOf(answer), "bad");
  refresh();
}

async function sendQuestion(form: HTMLFormElement): Promise<void> {
  const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const answer = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: fields });
  if (answer.headers.get("content-type")?.startsWith("text/html")) {
    showInDialog(await answer.text());
    return;
  }
  const said = (await answer.json()) as { sentence?: string };
  if (answer.ok) closeDialog("in-dialog");
  toast(said.sentence ?? "", answer.ok ? "good" : "bad");
}

/** Sends by `send`; a second press while it is under way does nothing. */
async function once(form: HTMLFormElement, notSent: string, send: (form: HTMLFormElement) => Promise<void>) {
  const button = form.querySelector<HTMLElement>("button[type=submit]");
  if (button?.ariaBusy === "true") return;
  button?.setAttribute("aria-busy", "true");
  try {
    await send(form);
  } catch {
    toast(notSent, "bad");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

async function choose(form: HTMLFormElement, value: string): Promise<void> {
  const answer = await posted(form.action, { status: value });
  const { label = "", sentence = "" } = (await answer.json()) as { label?: string; sentence?: string };
  toast(sentence, answer.ok ? "good" : "bad");
  if (!answer.ok) return;
  for (const item of form.querySelectorAll<HTMLButtonElement>("button")) {
    item.setAttribute("aria-checked", String(item.value === value));
  }
  const detail = document.querySelector(".person-detail");
  if (detail) detail.textContent = value ? label : (form.dataset.role ?? "");
  refresh(); // what waited while nobody was to disturb
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const { asks, answers, status, notSent } = form.dataset;
  const offline = document.querySelector<HTMLElement>('[data-connection="lost"]')?.textContent.trim() ?? "";
  if (asks !== undefined && form.closest("dialog")) void once(form, notSent ?? "", sendQuestion);
  else if (answers !== undefined) void once(form, offline, sendAnswer);
  else if (status !== undefined) {
    const value = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    void choose(form, value).catch(() => toast(offline, "bad"));
  } else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** `topic`: that of this person; "" where the window around shows them. */
export function startQuestions(topic: string): void {
  document.addEventListener("submit", onSubmit, true);
  // A button, not a link: where it is pressed in a call, nothing may leave the page.
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-ask-colleague]");
    if (!button) return;
    const offline = document.querySelector<HTMLElement>('[data-connection="lost"]')?.textContent.trim() ?? "";
    void openInDialog("/colleagues/ask", null).catch(() => toast(offline, "bad"));
  });
  if (topic) liveSocket().subscribe(topic, refresh);
}
