/**
 * The ordinary console in a frame beside the call. The call is docked at its side or fills the
 * window (the choice is kept); small screens show one of the two.
 */
const KEPT = "bedside-call-layout";

type Layout = "docked" | "filling";

export class Beside {
  constructor(private readonly root: HTMLElement) {
    this.lay(localStorage.getItem(KEPT) === "filling" ? "filling" : "docked");
    for (const button of root.querySelectorAll<HTMLElement>("[data-layout-choice]")) {
      button.addEventListener("click", () => this.choose(root.dataset.layout === "docked" ? "filling" : "docked"));
    }
    for (const tab of root.querySelectorAll<HTMLElement>("[data-show]")) {
      tab.addEventListener("click", () => this.show(tab.dataset.show ?? "call"));
    }
    this.frame()?.addEventListener("load", () => this.look());
    this.show("call");
  }

  /** Shows a page of the console, even if the call has filled the window until now. */
  open(address: string): void {
    const frame = this.frame();
    if (frame) frame.src = address;
    this.lay("docked");
    this.show("console");
    frame?.focus();
  }

  private frame(): HTMLIFrameElement | null {
    return this.root.querySelector<HTMLIFrameElement>("[data-console]");
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

  /** A page that may not be framed, such as the sign-in, moves to the whole window. */
  private look(): void {
    let path: string | undefined;
    try {
      path = this.frame()?.contentWindow?.location.pathname;
    } catch {
      path = undefined; // the browser refused to show it here
    }
    if (path === undefined || path.startsWith("/sign-in")) this.root.dispatchEvent(new Event("bedside:console-lost"));
  }
}
