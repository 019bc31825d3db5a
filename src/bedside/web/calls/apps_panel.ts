/**
 * Apps of the call window: a tab bar that the server renders from its registry, and the panel into
 * which the chosen app's module mounts. One is open at a time; Esc or “Close” closes it.
 */

import { type AppModules, type CallApp, visitsIn } from "../apps/call_app";
import { say } from "../apps/place";
import type { CallSession } from "./session";

/** A sign on the tab of an app that concerns the patients of the call. */
export interface Sign {
  follow(visits: readonly string[]): void;
}

const PREPARE_AFTER_MS = 3_000;

export class AppsPanel {
  private open = "";
  private app: CallApp | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly session: CallSession,
    private readonly modules: AppModules,
    unread: Sign,
  ) {
    for (const tab of this.tabs()) tab.addEventListener("click", () => void this.toggle(tab));
    session.addEventListener("change", () => unread.follow(visitsIn(session)));
    this.panel()
      ?.querySelector("[data-app-close]")
      ?.addEventListener("click", () => this.close());
    this.panel()?.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
    window.setTimeout(() => this.prepare(), PREPARE_AFTER_MS);
  }

  /** Opens an app by its name, as its tab does. */
  async show(name: string): Promise<void> {
    const tab = [...this.tabs()].find((one) => one.dataset.appTab === name);
    if (tab && this.open !== name) await this.toggle(tab);
  }

  close(): void {
    const tab = [...this.tabs()].find((one) => one.dataset.appTab === this.open);
    this.unmount();
    tab?.focus();
  }

  /** Load all of them now: after an update of the server during the call they are gone. */
  private prepare(): void {
    for (const load of Object.values(this.modules)) void load().catch(() => undefined);
  }

  private tabs(): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>("[data-app-tab]");
  }

  private panel(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-app-panel]");
  }

  private async toggle(tab: HTMLElement): Promise<void> {
    const name = tab.dataset.appTab ?? "";
    const wasOpen = this.open === name;
    this.unmount();
    const panel = this.panel();
    const load = this.modules[name];
    if (wasOpen || !panel || !load) return;
    this.open = name;
    tab.setAttribute("aria-expanded", "true");
    panel.hidden = false;
    const title = panel.querySelector<HTMLElement>("[data-app-title]");
    if (title) title.textContent = tab.querySelector("[data-app-label]")?.textContent ?? "";
    const app = await load().catch(() => null);
    const body = panel.querySelector<HTMLElement>("[data-app-body]");
    if (this.open !== name || !body) return;
    title?.focus();
    if (!app) {
      body.textContent = say(this.session.place, "app_missing");
      return;
    }
    this.app = app;
    await app.mount(body, { session: this.session, visits: () => visitsIn(this.session), close: () => this.close() });
  }

  private unmount(): void {
    this.app?.unmount();
    this.app = null;
    this.open = "";
    for (const tab of this.tabs()) tab.setAttribute("aria-expanded", "false");
    const panel = this.panel();
    if (!panel) return;
    panel.hidden = true;
    panel.querySelector("[data-app-body]")?.replaceChildren();
  }
}
