/**
 * The page of a visit: it follows events and shows one view after another, without a reload. The
 * server renders each view (/visit/…/now); this puts it in place, announces it, and keeps whatever
 * somebody types or holds.
 */
import { announce } from "../components/announce";
import { Awake } from "../components/awake";
import { openDialog } from "../components/dialogs";
import { fragmentOf, NotRendered } from "../live/fragment";
import { morph } from "../live/morph";
import { type Heard, liveSocket } from "../live/socket";
import { DeviceTest } from "./device_test";
import { NewestTab } from "./newest_tab";
import { play } from "./sounds";
import { word } from "./words";

/** Something running while a view is shown. */
export interface Running {
  stop(): void;
}

/** Activates a call in its view; reports when the patient wants to leave, and when it is over. */
export type MountCall = (view: HTMLElement, told: { leave: () => void; ended: () => void }) => Running;

const TOGETHER_MS = 40;
const AGAIN_AFTER_MS = 2_000;
/** “Taking you to …” is shown at least this long; the view behind it is there already. */
const MOVING_MS = 1_200;
const REFRESHING = new Set(["visit.changed", "visit.room_message", "visit.newcomer_changed"]);
const READY_PATTERN = [300, 120, 300, 120, 300];

export class VisitPage {
  private readonly id: string;
  private readonly here: string;
  private readonly titleEnd: string;
  private readonly awake = new Awake();
  private readonly newest: NewestTab;
  private running: Running | null = null;
  /** A view requested by the patient: “test”, “leave”, or "" for the current state. */
  private asked = "";
  private moving: { next: HTMLElement; timer: number } | null = null;
  private timer = 0;
  private request: AbortController | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly mountCall: MountCall,
  ) {
    this.id = root.dataset.visit ?? "";
    this.here = `/visit/${this.id}`;
    this.titleEnd = document.title.slice(this.now.dataset.heading?.length ?? 0);
    this.newest = new NewestTab(`bedside-visit-${this.id}`, () => this.tabChanged());
  }

  start(): void {
    liveSocket().subscribe(`visit:${this.id}`, (heard) => this.heard(heard));
    document.addEventListener("bedside:connected", () => this.tellHere());
    document.addEventListener("visibilitychange", () => this.tellHere());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.refresh();
    });
    window.addEventListener("beforeunload", (event) => {
      // Leaving now would break off a file; everything else survives a reload.
      if (document.querySelector("[data-transfer-running]")) event.preventDefault();
    });
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.enter();
  }

  // --- events ------------------------------------------------------------------------------------

  private get now(): HTMLElement {
    return this.root.firstElementChild as HTMLElement;
  }

  private tellHere(): void {
    liveSocket().tell({ action: "here", hidden: document.visibilityState === "hidden" });
  }

  private heard(heard: Heard): void {
    if (heard.kind === "snapshot" || REFRESHING.has(heard.type)) this.refresh();
  }

  private refresh(afterMs = TOGETHER_MS): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.fetch(), afterMs);
  }

  private async fetch(): Promise<void> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const content = await fragmentOf(`${this.here}/now${this.asked ? `?view=${this.asked}` : ""}`, {
        signal: request.signal,
      });
      this.arrived(content.firstElementChild as HTMLElement);
    } catch (error) {
      if (error instanceof NotRendered && error.status === 401) window.location.reload();
      if (!request.signal.aborted) this.refresh(AGAIN_AFTER_MS);
    }
  }

  private arrived(next: HTMLElement): void {
    const isMove = Number(next.dataset.leg) > Number(this.now.dataset.leg) && next.dataset.state === "waiting";
    if (this.moving) {
      this.moving.next = next;
      if (next.dataset.state !== "waiting") this.endMove();
    } else if (isMove) this.beginMove(next);
    else this.show(next);
  }

  // --- transfer to another room
  // ---------------------------------------------------------------------

  private beginMove(next: HTMLElement): void {
    this.leave();
    this.asked = "";
    const template = document.getElementById("visit-moving") as HTMLTemplateElement;
    const view = next.cloneNode(false) as HTMLElement;
    view.dataset.view = "moving";
    view.append(template.content.cloneNode(true));
    const heading = view.querySelector("h1");
    if (heading) heading.textContent = next.dataset.taking ?? "";
    this.replace(view);
    this.say(next.dataset.taking ?? "");
    this.moving = { next, timer: window.setTimeout(() => this.endMove(), MOVING_MS) };
  }

  private endMove(): void {
    if (!this.moving) return;
    const { next, timer } = this.moving;
    window.clearTimeout(timer);
    this.moving = null;
    this.show(next);
  }

  // --- views -----------------------------------------------------------------------------------------

  private show(next: HTMLElement): void {
    const before = { ...this.now.dataset };
    const { view, leg, call, heading = "", said = "" } = next.dataset;
    const isSame = before.view === view && before.leg === leg && before.call === call;
    if (!isSame) {
      this.leave();
      this.replace(next);
      this.enter();
    } else if (view === "waiting" || view === "ended") this.update(next);
    document.title = heading + this.titleEnd;
    if (view === "call" && before.view !== "call") this.ready(said);
    else if (before.said !== said) announce(said);
  }

  /** Replaces the view. The focused element is gone then: the focus goes to the heading. */
  private replace(next: HTMLElement): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.root.replaceChildren(next);
    if (hadFocus) this.root.querySelector<HTMLElement>("h1")?.focus();
    window.scrollTo(0, 0);
  }

  private update(next: HTMLElement): void {
    const count = this.root.querySelectorAll(".said").length;
    const holder = document.createElement("div");
    holder.append(next);
    morph(this.root, holder);
    const messages = [...this.root.querySelectorAll<HTMLElement>(".said")];
    if (messages.length > count) this.messageCame(messages[0]);
  }

  private messageCame(message: HTMLElement | undefined): void {
    play("message");
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden in it is not to be said
    announce(message?.innerText ?? "");
  }

  private enter(): void {
    const { view, state } = this.now.dataset;
    this.awake.want(state === "waiting" || state === "in_call");
    if (view === "test") {
      this.asked = "test";
      this.running = new DeviceTest(this.now, `${this.here}/ice`, () => this.go(""));
    } else if (view === "call") this.enterCall();
  }

  private leave(): void {
    this.running?.stop();
    this.running = null;
  }

  private enterCall(): void {
    this.asked = "";
    if (this.newest.isNewest) {
      this.running = this.mountCall(this.now, { leave: () => openDialog("leave-call"), ended: () => this.refresh(0) });
      return;
    }
    const template = document.getElementById("visit-elsewhere") as HTMLTemplateElement;
    this.now.dataset.view = "elsewhere";
    this.now.replaceChildren(template.content.cloneNode(true));
    document.title = (this.root.querySelector("h1")?.textContent ?? "") + this.titleEnd;
  }

  private tabChanged(): void {
    const { view } = this.now.dataset;
    if (view !== "call" && view !== "elsewhere") return;
    if (!this.newest.isNewest) {
      this.leave();
      this.enterCall();
    } else this.refresh(0);
  }

  /** The doctor is ready: a sound, a vibration, and the title of the tab. */
  private ready(said: string): void {
    announce(said, true);
    if (!this.newest.isNewest) return;
    play("ready");
    // Before anything was pressed browsers refuse it, and log an error.
    if ("vibrate" in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate(READY_PATTERN);
    if (document.visibilityState === "visible") return;
    const title = document.title;
    document.title = `(!) ${word("ready")}`;
    const back = (): void => {
      if (document.visibilityState === "hidden") return;
      document.removeEventListener("visibilitychange", back);
      if (this.now.dataset.view === "call") document.title = title;
    };
    document.addEventListener("visibilitychange", back);
  }

  private say(text: string): void {
    document.title = text + this.titleEnd;
    announce(text);
  }

  // --- actions of the patient
  // --------------------------------------------------------------------------

  private clicked(event: Event): void {
    const pressed = (event.target as Element).closest<HTMLElement>(
      "[data-show-view], [data-opens-app], [data-go-on-here]",
    );
    if (!pressed) return;
    if (pressed.dataset.goOnHere !== undefined) this.newest.take();
    else if (pressed.dataset.showView !== undefined) {
      event.preventDefault();
      this.go(pressed.dataset.showView);
    } else if (this.openApp(pressed.dataset.opensApp ?? "")) event.preventDefault();
  }

  private go(view: string): void {
    this.asked = view;
    this.refresh(0);
  }

  /** Whether an app has opened; without one its address opens as a page. */
  private openApp(name: string): boolean {
    const place = this.root.querySelector(`[data-app="${name}"]`);
    if (!place) return false;
    return !place.dispatchEvent(new CustomEvent("bedside:open-app", { bubbles: true, cancelable: true, detail: name }));
  }
}
