/**
 * The dock: chat and file transfer with patients, at the side of the console. The page beside it stays
 * usable, so that arrivals are seen. Links with data-app and data-visit open it, those with
 * data-send-files ask for files first, and files that are dropped on a row with data-drop-visit are
 * sent; without script the links lead to pages.
 */
import { giveBackFocus, openerOf } from "../components/given_back";
import { closePanel } from "../components/panel";
import { toast } from "../components/toasts";
import { giveBack } from "../live/drafts";
import { contentOf } from "../live/fragment";
import { DOCK_APPS, type DockApp } from "./dock_apps";
import { DockTabs, readKept, type Tab } from "./dock_tabs";

const PREPARE_AFTER_MS = 3_000;
/** Where the card covers the page, or the dock does. */
const NARROW = "(max-width: 60rem)";
const SHEET = "(max-width: 48rem)";

/**
 * Where this browser tab keeps which patients are in the dock, by id. It is another one for each person,
 * and for the console beside each call: a call begins without the dock of the queue.
 */
function keptAs(root: HTMLElement): string {
  const owner = root.closest<HTMLElement>("[data-drafts-owner]")?.dataset.draftsOwner ?? "";
  const isFramed = document.documentElement.dataset.framed !== undefined;
  return `bedside-dock-${owner}${isFramed ? window.parent.location.pathname : ""}`;
}

/** What the server shows of a visit; null if it refuses. Rejects if it cannot be reached. */
async function contentFor(visit: string, app: string): Promise<HTMLElement | null> {
  const path = DOCK_APPS[app]?.path;
  if (!path) return null;
  const answer = await fetch(`/visits/${visit}/${path}`, { headers: { "HX-Request": "true" } });
  return answer.ok ? contentOf(await answer.text()).querySelector<HTMLElement>("[data-dock-app]") : null;
}

class Dock {
  private readonly tabs = new DockTabs();
  private running: DockApp | null = null;
  private opener: HTMLElement | null = null;
  private asked = 0;

  private readonly keptAs: string;

  constructor(private readonly root: HTMLElement) {
    this.keptAs = keptAs(root);
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.pressed(event));
    root.addEventListener("bedside:close-app", () => this.close());
    window.matchMedia(SHEET).addEventListener("change", () => this.cover());
  }

  /**
   * Shows an app of a visit, ready for the first press; `files` go there at once. Returns false if it
   * cannot be reached.
   */
  async open(visit: string, app: string, from: HTMLElement | null, files: File[] = []): Promise<boolean> {
    const known = DOCK_APPS[app];
    if (!known) return false;
    const turn = ++this.asked;
    const answering = fetch(`/visits/${visit}/${known.path}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const [start, answer] = await Promise.all([known.load().catch(() => null), answering]);
    if (!answer?.ok || !start) return !answer?.ok && (await refusal(answer));
    const content = contentOf(await answer.text()).querySelector<HTMLElement>("[data-dock-app]");
    if (!content) return false;
    if (turn !== this.asked) return true; // another one was opened meanwhile
    if (from) this.opener = openerOf(from);
    const { title = "", person = "", born = "" } = content.dataset;
    const tab = this.tabs.open(visit, app, person, born);
    this.toFront();
    this.show(tab, title, content);
    this.begin(start, content);
    if (from) this.focus(app);
    if (files.length > 0) this.running?.takeFiles?.(files);
    return true;
  }

  /**
   * Shows again what was open on the page before this one. Its place is taken at once, so that nothing
   * moves later. A sheet, which covers the page, stays closed.
   */
  async restore(): Promise<void> {
    const { tabs, front } = readKept(sessionStorage.getItem(this.keptAs) ?? "");
    if (tabs.length === 0 || window.matchMedia(SHEET).matches) return;
    const turn = this.asked;
    const isFree = document.getElementById("panel")?.hidden !== false;
    this.root.closest<HTMLElement>(".shell")?.setAttribute("data-front", isFree ? "dock" : "panel");
    this.root.hidden = false;
    this.root.setAttribute("aria-busy", "true");
    const found = await Promise.all(tabs.map(([visit, app]) => contentFor(visit, app))).catch(() => null);
    if (found) await this.putBack(tabs, front, found, turn);
    else document.addEventListener("bedside:connected", () => void this.restore(), { once: true });
    this.root.removeAttribute("aria-busy");
    if (this.tabs.all.length === 0) this.root.hidden = true;
  }

  /** Tabs whose visits are out of reach now are gone. */
  private async putBack(
    tabs: readonly [string, string][],
    front: string,
    found: (HTMLElement | null)[],
    turn: number,
  ): Promise<void> {
    const earlier = tabs.flatMap(([visit, app], at): Tab[] => {
      const { person = "", born = "" } = found[at]?.dataset ?? {};
      return found[at] ? [{ visit, app, name: person, born }] : [];
    });
    this.tabs.putBack(earlier, front);
    this.keep();
    const tab = this.tabs.front;
    const content = found.find((one) => one?.dataset.ofVisit === tab?.visit);
    const start = turn === this.asked && tab ? await DOCK_APPS[tab.app]?.load().catch(() => null) : null;
    if (turn !== this.asked || !tab || !content || !start) {
      this.drawTabs(); // another one was opened meanwhile
      return;
    }
    this.show(tab, content.dataset.title ?? "", content);
    this.begin(start, content);
  }

  private keep(): void {
    if (window.matchMedia(SHEET).matches) return;
    const kept = this.tabs.kept();
    if (kept) sessionStorage.setItem(this.keptAs, kept);
    else sessionStorage.removeItem(this.keptAs);
  }

  private begin(start: (place: HTMLElement) => DockApp | null, content: HTMLElement): void {
    this.running = start(content);
    for (const form of content.querySelectorAll("form")) giveBack(form);
  }

  private toFront(): void {
    if (window.matchMedia(NARROW).matches) closePanel();
    this.root.closest<HTMLElement>(".shell")?.setAttribute("data-front", "dock");
  }

  private place(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-dock-place]");
  }

  private show(tab: Tab, title: string, content: HTMLElement): void {
    this.running?.end();
    this.running = null;
    this.root.hidden = false;
    const put = (name: string, text: string): void => {
      const place = this.root.querySelector(name);
      if (place) place.textContent = text;
    };
    put("[data-dock-title]", title);
    put("[data-dock-born]", tab.born);
    for (const button of this.root.querySelectorAll<HTMLElement>("[data-dock-show]"))
      button.setAttribute("aria-pressed", String(button.dataset.dockShow === tab.app));
    this.place()?.replaceChildren(content);
    this.drawTabs();
    this.cover();
    this.keep();
  }

  private drawTabs(): void {
    const list = this.root.querySelector<HTMLElement>("[data-dock-tabs]");
    if (!list) return;
    list.hidden = this.tabs.all.length < 2;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...this.tabs.all.map((tab) => this.tabOf(tab)));
    if (hadFocus) list.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  private tabOf(tab: Tab): HTMLElement {
    const isFront = tab === this.tabs.front;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "dock-tab" });
    button.dataset.dockTab = tab.visit;
    button.tabIndex = isFront ? 0 : -1;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(isFront));
    button.setAttribute("aria-controls", "dock-place");
    // A name that does not fit loses its end, in whichever direction it is written.
    const nameOf = { textContent: tab.name, dir: "auto" };
    for (const part of [nameOf, { textContent: tab.born }])
      button.append(Object.assign(document.createElement("span"), part));
    return button;
  }

  private focus(app: string): void {
    const running = this.running;
    if (app === "chat" && running?.focus) running.focus();
    else this.root.querySelector<HTMLElement>("[data-dock-title]")?.focus({ preventScroll: true });
  }

  /** A sheet on a phone covers the page, and what is below cannot be reached; elsewhere it can. */
  private cover(): void {
    const covered = !this.root.hidden && window.matchMedia(SHEET).matches;
    for (const part of document.querySelectorAll<HTMLElement>(".page, .rail")) part.inert = covered;
    this.root.setAttribute("role", covered ? "dialog" : "complementary");
    if (covered) this.root.setAttribute("aria-modal", "true");
    else this.root.removeAttribute("aria-modal");
  }

  /** Closes the tab in front. What is in transfer or being sent goes on. */
  close(): void {
    const next = this.tabs.close();
    this.keep();
    if (next) {
      void this.open(next.visit, next.app, null).then((isOpen) => isOpen && this.focus(next.app));
      return;
    }
    this.asked += 1;
    this.running?.end();
    this.running = null;
    this.place()?.replaceChildren();
    this.root.hidden = true;
    this.root.closest(".shell")?.removeAttribute("data-front");
    this.cover();
    giveBackFocus(this.opener);
    this.opener = null;
  }

  private clicked(event: Event): void {
    const target = event.target as Element;
    const tab = target.closest<HTMLElement>("[data-dock-tab]")?.dataset.dockTab;
    const app = target.closest<HTMLElement>("[data-dock-show]")?.dataset.dockShow;
    const { front } = this.tabs;
    if (target.closest("[data-dock-close]")) this.close();
    else if (tab) void this.turnTo(this.tabs.all.find((one) => one.visit === tab));
    else if (app && front) void this.open(front.visit, app, null).then((isOpen) => isOpen && this.focus(app));
  }

  private async turnTo(tab: Tab | undefined): Promise<void> {
    if (tab) await this.open(tab.visit, tab.app, null);
  }

  private pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) {
      if (target.closest("dialog") || document.querySelector("[popover]:popover-open")) return;
      event.preventDefault();
      this.close();
    }
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !target.matches("[data-dock-tab]")) return;
    event.preventDefault();
    void this.turnTo(this.tabs.beside(document.documentElement.dir === "rtl" ? -by : by));
  }
}

/** Whether the server has said why; the page that the link leads to would say the same. */
async function refusal(answer: Response | null): Promise<boolean> {
  const said = (await answer?.json().catch(() => null)) as { sentence?: string } | null;
  if (said?.sentence) toast(said.sentence, "bad");
  return Boolean(said?.sentence);
}

/** Files dropped on a patient's row. */
function startDrops(dock: Dock): void {
  const rowOf = (event: DragEvent): HTMLElement | null =>
    event.dataTransfer?.types.includes("Files")
      ? ((event.target as Element).closest?.<HTMLElement>("[data-drop-visit]") ?? null)
      : null;
  document.addEventListener("dragover", (event) => {
    const row = rowOf(event);
    for (const other of document.querySelectorAll("[data-drop-visit][data-over]"))
      if (other !== row) other.removeAttribute("data-over");
    row?.setAttribute("data-over", "");
  });
  document.addEventListener("drop", (event) => {
    const row = rowOf(event);
    const files = [...(event.dataTransfer?.files ?? [])];
    row?.removeAttribute("data-over");
    if (row && files.length > 0) void dock.open(row.dataset.dropVisit ?? "", "files", row, files);
  });
}

/**
 * A link that asks for files first. They are offered to the patient at once, and the dock shows what
 * becomes of them.
 */
function chooseFor(dock: Dock, link: HTMLAnchorElement): void {
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true });
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.remove();
    void dock.open(link.dataset.sendFiles ?? "", "files", link, files).then((isOpen) => {
      if (!isOpen) toast(link.dataset.failed ?? "", "bad");
    });
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/**
 * Loads those of this page: it may stay open for days, and after an update of the server they are
 * gone.
 */
function prepare(): void {
  if (document.querySelector("a[data-app]"))
    for (const { load } of Object.values(DOCK_APPS)) void load().catch(() => undefined);
}

export function startDock(): void {
  const root = document.getElementById("dock");
  if (!root) return;
  const dock = new Dock(root);
  window.setTimeout(prepare, PREPARE_AFTER_MS);
  startDrops(dock);
  void dock.restore();
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-app], a[data-send-files]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { app = "", visit = "", sendFiles } = link.dataset;
    if (!sendFiles && !visit) return;
    event.preventDefault();
    if (sendFiles) {
      chooseFor(dock, link);
      return;
    }
    void dock.open(visit, app, link).then((isOpen) => {
      if (!isOpen) window.location.assign(link.href);
    });
  });
}
