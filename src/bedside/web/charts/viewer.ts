/**
 * One file beside the list: opened without leaving the page, navigated by keys, saved and reviewed
 * in place. Narrow screens open it as a page of its own, as browsers without script do.
 */
import { announce } from "../components/announce";
import { refreshTimes } from "../components/times";
import { toast } from "../components/toasts";
import { isDirty } from "../components/typed";
import { dropDraft, giveBack, keepDraft, keepsDrafts } from "../live/drafts";
import { post } from "../live/posts";
import { fetchPart, likeness, type Part } from "./parts";
import { startFullScreen, startPhotos } from "./photo";

const BESIDE_EACH_OTHER = "(min-width: 64rem)";

function pane(): HTMLElement | null {
  return document.getElementById("chart-pane");
}

export function openViewer(): HTMLElement | null {
  return document.getElementById("viewer");
}

function changeForm(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("#viewer form[data-change]");
}

function keepTyped(): void {
  const form = changeForm();
  if (form) keepDraft(form);
}

// --- the list beside it ---------------------------------------------------------------------------

function links(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("#chart-list a[data-entry-link]")];
}

function rowOf(id: string | undefined): HTMLElement | null {
  return id ? document.getElementById(`row-${id}`) : null;
}

/** Marks the open row, and points the two arrows to its neighbours in the displayed list. */
export function markOpen(): void {
  const open = rowOf(openViewer()?.dataset.entry);
  for (const row of document.querySelectorAll<HTMLElement>("#chart-list .chart-row")) {
    row.classList.toggle("row-selected", row === open);
    const link = row.querySelector("a");
    if (row === open) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
  const all = links();
  const here = all.findIndex((link) => open?.contains(link));
  if (here >= 0) lead("newer", "k", all[here - 1]);
  if (here >= 0) lead("older", "j", all[here + 1]);
}

function lead(step: string, key: string, to: HTMLAnchorElement | undefined): void {
  const arrow = document.querySelector<HTMLAnchorElement>(`#viewer a[data-step="${step}"]`);
  if (!arrow) return;
  if (to) {
    arrow.href = to.href;
    arrow.dataset.key = key;
    arrow.removeAttribute("aria-disabled");
  } else {
    arrow.removeAttribute("href");
    delete arrow.dataset.key;
    arrow.setAttribute("aria-disabled", "true");
  }
}

// --- opening --------------------------------------------------------------------------------------

function prepare(): void {
  const shown = pane();
  if (!shown) return;
  startPhotos(shown);
  refreshTimes(shown);
  const form = changeForm();
  if (form) giveBack(form);
  markOpen();
}

function put(part: Part): void {
  keepTyped();
  pane()?.replaceChildren(part.body);
  document.querySelector(".chart-page")?.classList.add("chart-page-open");
  prepare();
}

/** The file that was to be opened, while there is no connection. */
let wanted = "";

function openWanted(): void {
  if (wanted) void open(wanted);
}

/** The page in the address, without the place in it: the skip link goes nowhere else. */
const pageNow = (): string => location.pathname + location.search;
let at = pageNow();

async function open(address: string, { remember = true, focus = true } = {}): Promise<void> {
  pane()?.setAttribute("aria-busy", "true");
  wanted = address;
  const part = await fetchPart(address, "viewer");
  pane()?.removeAttribute("aria-busy");
  if (wanted !== address) return;
  if (part === "no connection") {
    toast(document.querySelector<HTMLElement>("[data-chart]")?.dataset.opensLater ?? "", "attention");
    return;
  }
  wanted = "";
  if (part === "a page") {
    location.assign(address);
    return;
  }
  put(part);
  if (remember) history.pushState({ viewer: true }, "", address);
  at = pageNow();
  if (focus) document.getElementById("viewer-title")?.focus({ preventScroll: true });
  rowOf(openViewer()?.dataset.entry)?.scrollIntoView({ block: "nearest" });
  if (new URL(address, location.href).searchParams.has("compare")) openViewer()?.scrollIntoView({ block: "start" });
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-entry-link][href]");
  const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || event.defaultPrevented || !window.matchMedia(BESIDE_EACH_OTHER).matches) return;
  event.preventDefault();
  link.closest("dialog")?.close();
  void open(link.href, { focus: !("same" in link.dataset) });
}

// --- saving and reviewing --------------------------------------------------------------------------

async function send(form: HTMLFormElement): Promise<boolean> {
  const id = openViewer()?.dataset.entry;
  const part = await fetchPart(form.action, "viewer", { form: new FormData(form) });
  if (typeof part === "string") return false;
  if ("change" in form.dataset) dropDraft(form);
  if (openViewer()?.dataset.entry !== id) return part.status < 400; // another file was opened meanwhile
  pane()?.replaceChildren(part.body);
  prepare();
  openViewer()?.querySelector<HTMLElement>("[data-focus-first]")?.focus();
  return part.status < 400;
}

async function review(form: HTMLFormElement): Promise<void> {
  const id = openViewer()?.dataset.entry;
  const { said = "", undo = "", viewerReview } = form.dataset;
  keepTyped();
  if (!(await send(form))) {
    reviewLater(form);
    return;
  }
  const on = viewerReview === "yes" ? document.querySelector<HTMLElement>("#viewer [data-inbox-next]") : null;
  const button = document.querySelector<HTMLElement>("#viewer form[data-viewer-review] button");
  (on ?? button)?.focus({ preventScroll: true });
  toast(said, "good", { label: undo, run: () => void takeBack(id, form) });
}

/** Queued as in the inbox: sent when the network is back, or when somebody has signed in again. */
function reviewLater(form: HTMLFormElement): void {
  const { said = "", later = "", viewerReview = "yes" } = form.dataset;
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  const close = toast(later, "attention");
  post(form.action, { reviewed: viewerReview }, (ok, sentence) => {
    close();
    if (button) button.disabled = false;
    toast(ok ? said : sentence, ok ? "good" : "bad");
    void refreshViewer();
  });
}

/** Undo applies to the file that was marked, wherever the person is by now. */
function takeBack(id: string | undefined, form: HTMLFormElement): void {
  const reviewed = form.dataset.viewerReview === "yes" ? "no" : "yes";
  post(form.action, { reviewed }, (ok, sentence) => {
    if (!ok) toast(sentence, "bad");
    if (openViewer()?.dataset.entry === id) void refreshViewer();
  });
}

async function save(form: HTMLFormElement): Promise<void> {
  const said = form.dataset.said ?? "";
  if (await send(form)) {
    toast(said, "good");
    changeForm()?.querySelector<HTMLElement>("[type=submit]")?.focus({ preventScroll: true });
  } else if (changeForm() === form) form.requestSubmit(); // the network was lost meanwhile: it waits
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.closest("#viewer")) return;
  if ("viewerReview" in form.dataset) void review(form);
  else if ("change" in form.dataset) void save(form);
  else return;
  event.preventDefault();
}

// --- live updates
// ---------------------------------------------------------------------------------

/** Takes over the parts that changed; input in progress, and the view of a photo, stay. */
export async function refreshViewer(): Promise<void> {
  const shown = openViewer();
  if (!shown?.dataset.href) return;
  const compared = new URLSearchParams(location.search);
  const address = new URL(shown.dataset.href, location.href);
  for (const name of ["compare", "show"])
    if (compared.has(name)) address.searchParams.set(name, compared.get(name) ?? "");
  const part = await fetchPart(address.href, "viewer", { background: true });
  if (typeof part === "string") return;
  const fresh = part.body.querySelector<HTMLElement>("#viewer");
  if (!fresh || openViewer() !== shown || fresh.dataset.entry !== shown.dataset.entry) return;
  for (const piece of fresh.querySelectorAll<HTMLElement>("[data-part]")) replacePart(shown, piece);
  const form = changeForm();
  const freshForm = fresh.querySelector<HTMLFormElement>("form[data-change]");
  if (form && freshForm && !isDirty(form) && !form.matches(":focus-within")) {
    form.replaceWith(freshForm);
    giveBack(freshForm);
  }
  shown.dataset.state = fresh.dataset.state;
  startPhotos(shown);
  refreshTimes(shown);
  markOpen();
}

const originals = new WeakMap<Element, string>();

function replacePart(shown: HTMLElement, fresh: HTMLElement): void {
  const old = shown.querySelector<HTMLElement>(`[data-part="${fresh.dataset.part ?? ""}"]`);
  if (!old || old.querySelector(":popover-open")) return;
  const now = likeness(fresh);
  if ((originals.get(old) ?? "") === now) return;
  const known = originals.has(old);
  originals.set(fresh, now);
  if (
    !known &&
    fresh.dataset.part === "stage" &&
    shown.dataset.state === "filed" &&
    old.querySelector("img, .viewer-text, video")
  ) {
    originals.set(old, now); // its content was complete when the page loaded
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focused) focusAgain(fresh, focused);
}

function focusAgain(fresh: HTMLElement, focused: Element): void {
  const key = focused.getAttribute("data-key");
  const again = key ? fresh.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) : null;
  (again ?? document.getElementById("viewer-title"))?.focus({ preventScroll: true });
}

/** Scrolls the open row into view when the page loads; only the list moves, not the page. */
function showOpenRow(): void {
  const row = rowOf(openViewer()?.dataset.entry);
  const list = document.getElementById("chart-list");
  if (row && list) list.scrollTop = row.offsetTop - list.offsetTop - list.clientHeight / 3;
}

export function startViewer(): void {
  prepare();
  const shown = pane();
  if (shown) startFullScreen(shown);
  showOpenRow();
  document.addEventListener("click", onClick);
  document.addEventListener("bedside:connected", openWanted);
  window.addEventListener("online", openWanted);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-print]")) window.print();
  });
  window.addEventListener("popstate", () => {
    if (pageNow() === at) return;
    if (location.pathname.includes("/entries/")) void open(location.href, { remember: false });
    else location.reload();
  });
  window.addEventListener("beforeunload", (event) => {
    keepTyped();
    const form = changeForm();
    if (form && !("sending" in form.dataset) && isDirty(form) && !keepsDrafts()) event.preventDefault();
  });
  if (openViewer()) announce(document.getElementById("viewer-title")?.textContent ?? "");
}
