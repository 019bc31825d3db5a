/**
 * The ordinary console in a frame beside the call. The call is docked at its side or fills the
 * window (the choice is kept); small screens show one of the two. Whatever happens to the frame,
 * the window around it stays: the call is in it.
 */
import { type Reached, reached } from "../live/reached";

const KEPT = "bedside-call-layout";
/** A page that takes longer is asked after. */
const SLOW_MS = 4_000;
const TRY_AGAIN_MS = 3_000;
/** A page that the server refuses stays refused: after this many times only “Try again” asks. */
const MOST_TRIES = 3;

/** Somebody has to sign in again; the call is asked first. */
export const SIGN_IN_AGAIN = "bedside:sign-in-again";

type Layout = "docked" | "filling";

export class Beside {
  /** Where the frame is, or is about to go. */
  private address: string;
  private slow = 0;
  private again = 0;
  private tries = 0;

  constructor(private readonly root: HTMLElement) {
    this.address = this.frame()?.src ?? "/rooms";
    this.lay(localStorage.getItem(KEPT) === "filling" ? "filling" : "docked");
    for (const button of root.querySelectorAll<HTMLElement>("[data-layout-choice]")) {
      button.addEventListener("click", () => this.choose(root.dataset.layout === "docked" ? "filling" : "docked"));
    }
    for (const tab of root.querySelectorAll<HTMLElement>("[data-show]")) {
      tab.addEventListener("click", () => this.show(tab.dataset.show ?? "call"));
    }
    this.frame()?.addEventListener("load", () => this.look());
    this.lost()
      ?.querySelector("button")
      ?.addEventListener("click", () => this.load());
    // The page in the frame reports where one goes (see components/framed.ts).
    document.addEventListener("bedside:beside-opens", (event) => {
      this.address = String((event as CustomEvent<string>).detail);
      this.expect();
    });
    document.addEventListener("bedside:connected", () => {
      if (this.isLost()) this.load();
    });
    this.show("call");
  }

  /** Shows a page of the console, even if the call has filled the window until now. */
  open(address: string): void {
    this.address = address;
    this.load();
    this.lay("docked");
    this.show("console");
    this.frame()?.focus();
  }

  /** Loads what the frame was to show, as long as it takes. */
  private load(): void {
    window.clearTimeout(this.again);
    const frame = this.frame();
    if (frame) frame.src = this.address;
    this.expect();
  }

  private frame(): HTMLIFrameElement | null {
    return this.root.querySelector<HTMLIFrameElement>("[data-console]");
  }

  private lost(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-beside-lost]");
  }

  private isLost(): boolean {
    return this.lost()?.hidden === false;
  }

  private choose(layout: Layout): void {
    localStorage.setItem(KEPT, layout);
    this.lay(layout);
  }

  private lay(layout: Layout): void {
    this.root.dataset.layout = layout;
    for (const button of this.root.querySelectorAll<HTMLElement>("[data-layout-choice]")) {
      button.dataset.on = String(layout === "docked");
    }
  }

  /** On small screens: the call, or the console. */
  private show(part: string): void {
    this.root.dataset.shown = part;
    for (const tab of this.root.querySelectorAll<HTMLElement>("[data-show]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.show === part));
    }
  }

  // --- pages that do not come --------------------------------------------------------------------

  /** A page was asked for: a network that hangs has no “load” for minutes. */
  private expect(): void {
    window.clearTimeout(this.slow);
    this.slow = window.setTimeout(() => void this.ask(), SLOW_MS);
  }

  private async ask(): Promise<void> {
    const found = await reached();
    if (found !== "there") this.say(found);
    else if (this.isLost()) this.load();
  }

  /**
   * The frame has loaded something. The browser's own error page cannot be read from here; nor can
   * the sign-in, which may not be framed.
   */
  private look(): void {
    window.clearTimeout(this.slow);
    const address = this.shown();
    if (address === null) {
      void reached().then((found) => this.say(found));
      return;
    }
    this.address = address;
    this.say(null);
  }

  /** The address of the console's page in the frame; null if it is none. */
  private shown(): string | null {
    try {
      const page = this.frame()?.contentWindow;
      const isPage = page?.document.documentElement.dataset.framed !== undefined;
      const isFile = page?.document.contentType !== "text/html";
      return page && (isPage || isFile) ? page.location.href : null;
    } catch {
      return null;
    }
  }

  /** Says what is wrong over the frame, with what can be done; null takes it away. */
  private say(found: Reached | null): void {
    const place = this.lost();
    if (!place) return;
    window.clearTimeout(this.again);
    this.tries = found === "there" ? this.tries + 1 : 0;
    for (const part of place.querySelectorAll<HTMLElement>("[data-why]")) part.hidden = part.dataset.why !== found;
    const isFocused = place.contains(document.activeElement);
    place.hidden = found === null;
    if (found === null && isFocused) this.frame()?.focus();
    if (found === "signed out") document.dispatchEvent(new Event(SIGN_IN_AGAIN));
    if (found === null || found === "signed out" || this.tries >= MOST_TRIES) return;
    this.again = window.setTimeout(() => void this.ask(), TRY_AGAIN_MS);
  }
}
