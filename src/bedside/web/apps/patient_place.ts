/**
 * An app on the patient's page of a visit. It has a place in each view, the waiting room and the
 * call, and moves along with the patient, as long as they are in the same room.
 */
import { fragmentOf } from "../live/fragment";
import type { Running } from "./per_patient";

/** What is running in an app, as the server's pages mark it. */
const RUNNING = "[data-running]";
/** An app that opened by itself in a call is closed so long after the last thing in it was done. */
const SEEN_MS = 2_500;

/** Whether somebody is writing in it, or it waits for an answer. */
function isInUse(place: HTMLElement): boolean {
  const isWritten = [...place.querySelectorAll("textarea")].some((field) => field.value !== "");
  return isWritten || place.querySelector(RUNNING) !== null;
}

export class PatientPlace<App extends Running> {
  private place: HTMLElement | null = null;
  private opening: HTMLElement | null = null;
  private app: App | null = null;
  private isOpenedByHand = false;
  private done = 0;
  private readonly watch = new MutationObserver(() => this.closeWhenDone());

  /** `root` is the page of the visit, `address` renders the app, `start` activates it. */
  constructor(
    private readonly root: HTMLElement,
    readonly name: string,
    private readonly address: string,
    private readonly start: (place: HTMLElement) => App | null,
  ) {
    root.addEventListener("bedside:open-app", (event) => {
      if ((event as CustomEvent<string>).detail !== name) return;
      event.preventDefault();
      void this.open(true);
    });
    root.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest("[data-app-close]");
      if (pressed && this.place?.contains(pressed)) this.close();
    });
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      if ((event.target as Element).closest("dialog") === null && this.place?.contains(event.target as Node))
        this.close();
    });
    root.addEventListener("bedside:close-app", (event) => {
      if (this.place?.contains(event.target as Node)) this.close();
    });
    // The page shows one view after another; an open app moves along.
    new MutationObserver(() => this.follow()).observe(root, { childList: true });
  }

  /** The app running in the place; null while it is closed. */
  get running(): App | null {
    return this.place && !this.place.hidden ? this.app : null;
  }

  /** Whether the patient is in a call, where the pictures have the most room. */
  get isInCall(): boolean {
    return this.found()?.closest("[data-call-place]") != null;
  }

  /** `asked`: the patient opened it, and the focus moves there. */
  async open(asked: boolean): Promise<void> {
    const place = this.found();
    if (!place || this.opening === place) return;
    if (this.place !== place && !(await this.fill(place))) return;
    const wasHidden = place.hidden;
    place.hidden = false;
    // Over the pictures of a call only what waits for an answer, unless the patient wants it all.
    if (asked) {
      this.isOpenedByHand = true;
      delete place.dataset.compact;
    } else if (wasHidden) this.isOpenedByHand = false;
    this.compact(place);
    if (this.isInCall) this.closeOthers(place);
    if (wasHidden) this.app?.shown?.();
    if (!asked) return;
    place.scrollIntoView({ block: "nearest" });
    place.querySelector<HTMLElement>("textarea, input[type=file], button:not([data-app-close])")?.focus();
  }

  private async fill(place: HTMLElement): Promise<boolean> {
    this.opening = place;
    try {
      const content = await fragmentOf(this.address);
      if (!place.isConnected) return false;
      this.app?.end();
      this.place = place;
      place.replaceChildren(content);
      this.app = this.start(place);
      return true;
    } catch {
      return false; // the next event opens it again
    } finally {
      this.opening = null;
    }
  }

  private compact(place: HTMLElement): void {
    if (!this.isInCall || this.isOpenedByHand) return;
    place.dataset.compact = "";
    this.watch.disconnect();
    this.watch.observe(place, { childList: true, subtree: true, attributeFilter: ["data-running"] });
  }

  /** Closes a compact app in which nothing is left to do, once its last word was read. */
  private closeWhenDone(): void {
    window.clearTimeout(this.done);
    const place = this.place;
    if (place?.dataset.compact === undefined || place.hidden || isInUse(place)) return;
    this.done = window.setTimeout(() => {
      const isStill = place.isConnected && place.dataset.compact !== undefined && !isInUse(place);
      if (isStill && !document.querySelector("dialog[open]")) this.close(place.contains(document.activeElement));
    }, SEEN_MS);
  }

  /**
   * Over the pictures of a call there is room for one app; one in which somebody is writing stays.
   */
  private closeOthers(place: HTMLElement): void {
    for (const other of this.root.querySelectorAll<HTMLElement>("[data-app][data-kept]"))
      if (other !== place && !isInUse(other)) other.hidden = true;
  }

  /** Hide it; what is in transfer goes on. */
  private close(hadFocus = true): void {
    if (!this.place) return;
    this.place.hidden = true;
    this.isOpenedByHand = false;
    if (!hadFocus) return;
    const opener = this.root.querySelector<HTMLElement>(`[data-opens-app="${this.name}"]:not([hidden])`);
    const menu = opener?.closest("dialog"); // closed by now: its opener gets the focus
    (menu ? this.root.querySelector<HTMLElement>(`[data-opens="${menu.id}"]`) : opener)?.focus();
  }

  private follow(): void {
    const before = this.place;
    if (!before || before.isConnected) return;
    this.app?.end();
    this.app = this.place = null;
    const next = this.found();
    if (!next || before.hidden || next.dataset.kept !== before.dataset.kept) return;
    // A call begins with the pictures; only an app in use stays open over them.
    if (this.isInCall) this.isOpenedByHand = false;
    if (!this.isInCall || isInUse(before)) void this.open(false);
  }

  private found(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-app="${this.name}"]`);
  }
}
