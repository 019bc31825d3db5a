/**
 * Pieces of a page that keep themselves current.
 *
 *   <div data-live-fragment="/inbox/waiting" data-live-topic="desk:cli_…"
 *        data-live-events="desk.inbox_changed">…</div>
 *
 * An event makes the piece fetch its HTML again: soon, or later while the server is busy. An update
 * never moves what the pointer or the focus is on: it waits, with a button that says so, until the
 * pointer has gone. Without data-live-events every event of the topic counts, with data-live-about (an
 * id) only those that name it. A piece may follow several
 * topics, with blanks between.
 */
import htmx from "htmx.org";
import { refreshTimes } from "../components/times";
import { fragmentOf, NotRendered } from "./fragment";
import { morph } from "./morph";
import { Pace } from "./pace";
import { type Heard, liveSocket } from "./socket";

const TOGETHER_MS = 120;

class Fragment {
  private readonly stop: () => void;
  private readonly pace = new Pace(TOGETHER_MS);
  private timer = 0;
  private again = false;
  private request: AbortController | null = null;
  private waiting: DocumentFragment | null = null;

  constructor(readonly element: HTMLElement) {
    const topics = (element.dataset.liveTopic ?? "").split(/\s+/).filter(Boolean);
    const stops = topics.map((topic) => liveSocket().subscribe(topic, (heard) => this.heard(heard)));
    this.stop = () => {
      for (const stop of stops) stop();
    };
    element.addEventListener("pointerleave", this.release);
    element.addEventListener("focusout", this.release);
  }

  end(): void {
    this.stop();
    window.clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
    this.again = false;
    this.element.removeEventListener("pointerleave", this.release);
    this.element.removeEventListener("focusout", this.release);
  }

  private heard(heard: Heard): void {
    // A snapshot counts as a change: something may have happened since the page was made.
    if (heard.kind === "snapshot" || (this.concerns(heard.type) && this.isAbout(heard.data))) this.refresh();
  }

  private concerns(type: string): boolean {
    const wanted = this.element.dataset.liveEvents;
    return !wanted || wanted.split(/\s+/).includes(type);
  }

  private isAbout(data: Record<string, unknown>): boolean {
    const { liveAbout } = this.element.dataset;
    return !liveAbout || Object.values(data).includes(liveAbout);
  }

  /** Fetches again soon. `own`: the person here caused it and expects the list to move. */
  refresh(own = false): void {
    if (own) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.fetch(true));
    } else if (!this.timer) {
      this.timer = window.setTimeout(() => void this.fetch(false), this.pace.wait(performance.now()));
    }
  }

  private async fetch(own: boolean): Promise<void> {
    this.timer = 0;
    if (this.request && !own) {
      this.again = true; // the server works on it already: what is newer comes next
      return;
    }
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const began = performance.now();
    try {
      this.arrived(await fragmentOf(this.element.dataset.liveFragment ?? "", { signal: request.signal }), own);
    } catch (error) {
      // Without a connection the socket asks again when it is back.
      if (error instanceof NotRendered && error.status === 401) window.location.reload();
    }
    if (this.request !== request) return;
    this.request = null;
    this.pace.took(began, performance.now());
    if (this.again) {
      this.again = false;
      this.refresh();
    }
  }

  private arrived(content: DocumentFragment, own: boolean): void {
    if (!own && this.wouldMove(content)) {
      this.waiting = content;
      this.showWaiting();
      return;
    }
    this.put(content);
  }

  private put(content: DocumentFragment): void {
    this.waiting = null;
    this.hideWaiting();
    morph(this.element, content);
    refreshTimes(this.element);
    htmx.process(this.element);
    this.element.dispatchEvent(new CustomEvent("bedside:fragment", { bubbles: true }));
  }

  private readonly release = (): void => {
    // After the event: only then :hover is up to date.
    window.setTimeout(() => {
      if (this.waiting && !this.wouldMove(this.waiting)) this.put(this.waiting);
    });
  };

  /** Whether the row under the pointer or with the focus would move, or be gone. */
  private wouldMove(content: DocumentFragment): boolean {
    const held = this.held();
    if (!held) return false;
    const now = idsBefore(this.element, held.id);
    const then = idsBefore(content, held.id);
    return then === null || now?.join() !== then.join();
  }

  private held(): Element | null {
    const pointed = window.matchMedia("(hover: hover)").matches ? this.element.querySelector(":hover") : null;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    for (const start of [pointed, focused]) {
      let held = start && deepestHover(start);
      while (held && held !== this.element && !held.id) held = held.parentElement;
      if (held && held !== this.element) return held;
    }
    return null;
  }

  private showWaiting(): void {
    if (this.element.previousElementSibling?.matches("[data-live-waiting]")) return;
    const template = document.querySelector<HTMLTemplateElement>("[data-live-waiting-template]");
    const button = template?.content.firstElementChild?.cloneNode(true);
    if (!(button instanceof HTMLElement)) return;
    button.addEventListener("click", () => {
      if (this.waiting) this.put(this.waiting);
    });
    this.element.before(button);
  }

  private hideWaiting(): void {
    const button = this.element.previousElementSibling;
    if (button?.matches("[data-live-waiting]")) button.remove();
  }
}

function deepestHover(start: Element): Element {
  let deepest = start;
  for (let next: Element | null = start; next; next = next.querySelector(":scope > :hover")) deepest = next;
  return deepest;
}

/** Ids in the order of the page up to `id`; null if it is not there. */
function idsBefore(root: ParentNode, id: string): string[] | null {
  const ids: string[] = [];
  for (const element of root.querySelectorAll("[id]")) {
    if (element.id === id) return ids;
    ids.push(element.id);
  }
  return null;
}

const running = new Map<HTMLElement, Fragment>();

/** Starts the fragments in the page now, and ends those that are gone. */
export function scanFragments(): void {
  for (const [element, fragment] of running) {
    if (!element.isConnected || element.closest("#panel[hidden]")) {
      fragment.end();
      running.delete(element);
    }
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-live-fragment][data-live-topic]")) {
    if (!running.has(element) && !element.closest("#panel[hidden]")) running.set(element, new Fragment(element));
  }
}

/** Fetches the fragment around an element at once, because the person acted in it. */
export function refreshAround(element: Element): void {
  const around = element.closest<HTMLElement>("[data-live-fragment]");
  if (around) running.get(around)?.refresh(true);
}

export function startFragments(): void {
  scanFragments();
  document.addEventListener("htmx:afterSettle", scanFragments);
  document.addEventListener("bedside:panel-closed", scanFragments);
}
