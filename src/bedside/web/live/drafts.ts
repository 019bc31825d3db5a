/**
 * Forms of the console are not lost: what is typed is kept as a draft, and what was sent while the
 * network was gone or the session over is sent when both are back. All forms that are posted and
 * have fields to fill in take part, but those with data-draft-as="no"; data-draft-as="a name" joins the
 * steps of one thing (a request and its preview).
 */
import { announce } from "../components/announce";
import { toast } from "../components/toasts";
import { type Fields, isDirty, putBack, typedControls, typedIn } from "../components/typed";
import { type FormShelf, whatWaits } from "../uploading/kept_forms";
import { formShelf } from "./form_shelf";
import { post } from "./posts";
import { reached, whereToSignIn } from "./reached";

const KEEP_AFTER_MS = 300;
const TRY_AGAIN_MS = 5_000;
/** A button that was pressed longer ago is not pressed for anybody: the form is only filled in. */
const PRESS_COUNTS_MS = 30 * 60_000;
/** Names of the forms that this tab has just sent; the next page shows whether they were saved. */
const SENT = "bedside-sent-forms";

const cleared = new WeakSet<HTMLFormElement>();
const timers = new WeakMap<HTMLFormElement, number>();
/** Forms that were pressed and are not sent, with their button. */
const waiting = new Map<HTMLFormElement, HTMLElement | null>();

function takesPart(form: HTMLFormElement): boolean {
  if (form.method !== "post" || form.dataset.draftAs === "no" || form.matches("[hx-post]")) return false;
  return Boolean(form.dataset.draftAs) || typedControls(form).length > 0;
}

/** By the address it is posted to; forms of one page with the same address are counted. */
function nameOf(form: HTMLFormElement): string {
  if (form.dataset.draftAs) return form.dataset.draftAs;
  const path = new URL(form.getAttribute("action") ?? "", location.href).pathname;
  const same = [...document.querySelectorAll<HTMLFormElement>("form[method=post]")].filter(
    (other) => takesPart(other) && other.getAttribute("action") === form.getAttribute("action"),
  );
  const place = same.indexOf(form);
  return place > 0 ? `${path}#${place}` : path;
}

// --- keeping ---------------------------------------------------------------------------------------

async function keep(form: HTMLFormElement, pressedAt = 0): Promise<void> {
  window.clearTimeout(timers.get(form));
  const mine = formShelf();
  if (!mine) return;
  const name = nameOf(form);
  const isStep = typedControls(form).length === 0;
  const isWorth = isDirty(form) || pressedAt > 0 || isUnsaved(form);
  if (!isWorth) {
    if (!isStep) await mine.forget(name);
    return;
  }
  // A step with nothing to fill in (a preview) is sent for what the step before it has kept.
  const fields: Fields = isStep ? ((await mine.get(name))?.fields ?? []) : typedIn(form, isUnsaved(form));
  const button = waiting.get(form);
  const pressed = button instanceof HTMLButtonElement && button.name ? { button: pair(button) } : {};
  await mine.keep({ name, fields, pressedAt, address: "", ...pressed });
}

function pair(button: HTMLButtonElement): [string, string] {
  return [button.name, button.value];
}

/** The server gave it back: what it shows now is not what is saved. */
function isUnsaved(form: HTMLFormElement): boolean {
  return form.matches("[data-not-saved]") || form.querySelector(".form-summary, [aria-invalid=true]") !== null;
}

function onInput(event: Event): void {
  const form = (event.target as Element).closest("form");
  if (!form || !takesPart(form)) return;
  cleared.delete(form);
  window.clearTimeout(timers.get(form));
  timers.set(
    form,
    window.setTimeout(() => {
      if (!cleared.has(form)) void keep(form);
    }, KEEP_AFTER_MS),
  );
}

// What other scripts of a page want. By events, because each of them has its own copy of this module.

const WANTED = "bedside:draft";

interface Wanted {
  form: HTMLFormElement;
  act: "keep" | "drop" | "give back";
}

function want(form: HTMLFormElement, act: Wanted["act"]): void {
  document.dispatchEvent(new CustomEvent<Wanted>(WANTED, { detail: { form, act } }));
}

/** Keeps a form that is about to leave the page, as when another file is opened. */
export function keepDraft(form: HTMLFormElement): void {
  want(form, "keep");
}

/** The server has it. */
export function dropDraft(form: HTMLFormElement): void {
  want(form, "drop");
}

/** Fills a form with its draft; presses its button if that was pressed a moment ago. */
export function giveBack(form: HTMLFormElement): void {
  want(form, "give back");
}

function onWanted(event: Event): void {
  const { form, act } = (event as CustomEvent<Wanted>).detail;
  if (!takesPart(form)) return;
  if (act === "drop") drop(form);
  else if (act === "give back") void restore(form);
  else if (!cleared.has(form)) void keep(form);
}

/** Whether drafts survive the page here: browsers encrypt on pages over HTTPS only. */
export function keepsDrafts(): boolean {
  return formShelf() !== null && window.isSecureContext;
}

function drop(form: HTMLFormElement): void {
  window.clearTimeout(timers.get(form));
  cleared.add(form);
  waiting.delete(form);
  say(form, "");
  void formShelf()?.forget(nameOf(form));
}

// --- giving back -------------------------------------------------------------------------------------

async function restore(form: HTMLFormElement): Promise<void> {
  const found = takesPart(form) ? await formShelf()?.get(nameOf(form)) : null;
  if (!found || isDirty(form) || !form.isConnected || (await isWaitedFor(found.name))) return;
  const isOther = putBack(form, found.fields);
  if (found.pressedAt > 0 && Date.now() - found.pressedAt < PRESS_COUNTS_MS) {
    say(form, "sending");
    form.requestSubmit(buttonOf(form, found.button));
  } else if (isOther) {
    say(form, "back");
    announce(sentence("back"));
  }
}

function buttonOf(form: HTMLFormElement, button?: [string, string]): HTMLElement | null {
  const [name, value] = button ?? [];
  const all = [...form.elements].filter((one) => one instanceof HTMLButtonElement);
  return all.find((one) => one.name === name && one.value === value && one.type === "submit") ?? null;
}

/** Whether another page of this browser waits with the same form: then that one sends it. */
async function isWaitedFor(name: string): Promise<boolean> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return held.some((lock) => lock.name === lockOf(name));
}

function lockOf(name: string): string {
  return `bedside-form-${name}`;
}

function sentence(key: string): string {
  return noteOf(key)?.querySelector("[data-draft-said]")?.textContent ?? "";
}

function noteOf(key: string): HTMLElement | null {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-draft-note="${key}"]`);
  return (template?.content.firstElementChild as HTMLElement | null | undefined) ?? null;
}

/** Says at the head of the form what became of it; "" takes that away. */
function say(form: HTMLFormElement, key: string): void {
  form.querySelector("[data-draft]")?.remove();
  const note = key ? noteOf(key)?.cloneNode(true) : null;
  if (!(note instanceof HTMLElement)) return;
  note.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
    form.reset();
    drop(form);
    typedControls(form)[0]?.focus();
  });
  form.prepend(note);
  if (key === "waits") announce(sentence(key));
}

// --- sending -------------------------------------------------------------------------------------------

const passed = new WeakSet<HTMLFormElement>();

/**
 * First asks whether the server is there and the person still signed in: a form that is posted
 * into nothing would be gone.
 */
function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !takesPart(form) || event.defaultPrevented) return;
  if (passed.delete(form)) {
    noteSent(nameOf(form));
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting.has(form)) return;
  waiting.set(form, event.submitter);
  event.submitter?.setAttribute("aria-busy", "true");
  void send(form);
  if (navigator.locks) void navigator.locks.request(lockOf(nameOf(form)), () => isOver(form));
}

async function isOver(form: HTMLFormElement): Promise<void> {
  while (waiting.has(form)) await new Promise((resolve) => window.setTimeout(resolve, TRY_AGAIN_MS / 10));
}

async function send(form: HTMLFormElement): Promise<void> {
  await keep(form, Date.now());
  const answer = await reached();
  if (!waiting.has(form)) return;
  if (answer === "signed out") {
    location.assign(whereToSignIn());
    return;
  }
  const submitter = waiting.get(form) ?? null;
  if (answer === "no connection") {
    submitter?.removeAttribute("aria-busy");
    if (!form.querySelector("[data-draft=waits]")) say(form, "waits");
    window.setTimeout(() => again(form), TRY_AGAIN_MS);
    return;
  }
  if (!form.isConnected) {
    sendGone(form);
    return;
  }
  say(form, "");
  waiting.delete(form);
  passed.add(form);
  submitter?.removeAttribute("aria-busy");
  form.requestSubmit(submitter);
}

function again(form: HTMLFormElement): void {
  if (!waiting.has(form)) return;
  if (form.isConnected) void send(form);
  else sendGone(form);
}

/** Sends a form that the page no longer shows, because another file was opened meanwhile. */
function sendGone(form: HTMLFormElement): void {
  waiting.delete(form);
  const fields = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
  post(form.action, Object.fromEntries(fields), (ok, refusal) => {
    if (ok) drop(form);
    else toast(refusal, "bad");
  });
}

function noteSent(name: string): void {
  const before = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
  sessionStorage.setItem(SENT, JSON.stringify([...before, name]));
}

/** Forgets what was sent, unless this page shows that it was not saved. */
async function settleSent(): Promise<void> {
  const mine = formShelf();
  const names = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
  if (!mine || names.length === 0) return;
  sessionStorage.removeItem(SENT);
  const forms = [...document.querySelectorAll<HTMLFormElement>("form[method=post]")].filter(takesPart);
  for (const name of names) {
    const form = forms.find((one) => nameOf(one) === name);
    const isStillHere = form && (isUnsaved(form) || form.dataset.draftAs);
    if (!isStillHere && !document.querySelector("[data-not-done]")) await mine.forget(name);
    else {
      await unpress(mine, name);
      showKept((await mine.get(name))?.fields ?? []);
    }
  }
}

/**
 * The answer was a failure in place of the form, such as that a visit is in another chart now: then
 * the form may never open again, and its words are shown. Single words and choices are left out.
 */
function showKept(fields: Fields): void {
  const page = document.querySelector("[data-not-done='']");
  const words = fields.map(([, value]) => value.trim()).filter((value) => /\s/.test(value));
  const note = noteOf("kept")?.cloneNode(true);
  if (!page || words.length === 0 || !(note instanceof HTMLElement)) return;
  for (const value of words) {
    const shown = document.createElement("p");
    shown.className = "preserve break";
    shown.dir = "auto";
    shown.textContent = value;
    note.append(shown);
  }
  page.append(note);
}

async function unpress(mine: FormShelf, name: string): Promise<void> {
  const found = await mine.get(name);
  if (found) await mine.keep({ ...found, pressedAt: 0 });
}

async function sayWhatWaits(): Promise<void> {
  const waits = await whatWaits();
  for (const banner of document.querySelectorAll<HTMLElement>("[data-kept-here]"))
    banner.hidden = banner.dataset.keptHere !== waits;
}

export function startDrafts(): void {
  if (!formShelf()) {
    if (document.querySelector("[data-kept-here]")) void sayWhatWaits();
    return;
  }
  document.addEventListener(WANTED, onWanted);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onInput);
  document.addEventListener("click", (event) => {
    const way = (event.target as Element).closest<HTMLElement>("[data-drops-draft]");
    const form = way && (way.closest("form") ?? document.getElementById(way.dataset.dropsDraft ?? ""));
    if (form instanceof HTMLFormElement && takesPart(form)) drop(form);
  });
  document.addEventListener("reset", (event) => {
    if (event.target instanceof HTMLFormElement && takesPart(event.target)) drop(event.target);
  });
  document.addEventListener("submit", onSubmit, true);
  for (const back of ["online", "bedside:connected"]) {
    const target = back === "online" ? window : document;
    target.addEventListener(back, () => {
      for (const form of waiting.keys()) again(form);
    });
  }
  void settleSent().then(() => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[method=post]")) void restore(form);
  });
}
