/**
 * The switch “Tell me on this device”: web push by the app's own worker. The browser is asked for
 * permission after a press only. On phones of Apple it works once the app is on the first screen.
 */
import { toBytes } from "../components/encoding";
import { fragmentOf } from "../live/fragment";
import { closeOver } from "./over";

const THIS_DEVICE = "bedside-app-push";
/** Set where somebody does not want to be offered it on the first page. */
const NOT_NOW = "bedside-app-push-not-now";

interface Offer {
  /** This installation's key: the browser accepts messages from nobody else (RFC 8292). */
  key: string;
  /** The devices of this person that get notifications. */
  devices: string[];
}

const json = { "Content-Type": "application/json", Accept: "application/json" };

function isPossible(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

async function offered(): Promise<Offer> {
  const answer = await fetch("/app/account/push", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Offer;
}

async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: toBytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    const old = await pushManager.getSubscription(); // made for another key pair
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

/** Whether the browser still has a subscription: it can give one up by itself. */
async function isSubscribed(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration("/app");
  return Boolean(await registration?.pushManager.getSubscription());
}

class Switch {
  constructor(
    private readonly place: HTMLElement,
    private readonly on: HTMLButtonElement,
    private readonly off: HTMLButtonElement,
  ) {}

  async start(): Promise<void> {
    if (!isPossible()) return this.show("missing");
    const { key, devices } = await offered();
    const isKnown = devices.includes(localStorage.getItem(THIS_DEVICE) ?? "") && Notification.permission === "granted";
    const isOn = isKnown && (await isSubscribed());
    this.show(Notification.permission === "denied" ? "denied" : isOn ? "on" : "off");
    if (Notification.permission !== "denied" && !isOn) this.place.hidden = false;
    this.on.addEventListener("click", () => void this.during(this.on, () => this.turnOn(key)));
    this.off.addEventListener("click", () => void this.during(this.off, () => this.turnOff()));
  }

  private async during(button: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
    button.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch {
      this.show("failed");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  private async turnOn(key: string): Promise<void> {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return this.show(permission === "denied" ? "denied" : "off");
    const before = localStorage.getItem(THIS_DEVICE) ?? "";
    const body = JSON.stringify({ ...(await subscribed(key)).toJSON(), before });
    const answer = await fetch("/app/account/push", { method: "POST", headers: json, body });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { id } = (await answer.json()) as { id: string };
    localStorage.setItem(THIS_DEVICE, id);
    this.show("on");
    this.off.focus(); // the button that was pressed is gone
    await this.listAgain();
  }

  private async turnOff(): Promise<void> {
    const id = localStorage.getItem(THIS_DEVICE) ?? "";
    const answer = await fetch(`/app/account/push/${id}/remove`, { method: "POST", headers: json, body: "{}" });
    if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status}`);
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription())?.unsubscribe();
    localStorage.removeItem(THIS_DEVICE);
    this.show("off");
    this.on.focus();
    await this.listAgain();
  }

  /** The devices that are told, as they are now. */
  private async listAgain(): Promise<void> {
    const list = this.place.querySelector("[data-app-push-list]");
    if (!list) return;
    const page = await fragmentOf("/app/account").catch(() => null); // as it was, until the next page
    const now = page?.querySelector("[data-app-push-list]");
    if (now) list.replaceWith(now);
  }

  private show(state: "off" | "on" | "denied" | "missing" | "failed"): void {
    const words = this.place.querySelector("[data-app-push-state]");
    if (words) words.textContent = this.place.dataset[state] ?? "";
    this.on.hidden = state !== "off" && state !== "failed";
    this.off.hidden = state !== "on";
    const notNow = this.place.querySelector<HTMLElement>("[data-app-push-not-now]");
    if (notNow) notNow.hidden = this.on.hidden;
  }
}

/** Whoever looks at the app has no use for notifications of what was read meanwhile. */
async function lookAround(): Promise<void> {
  if (!isPossible() || document.visibilityState === "hidden") return;
  const registration = await navigator.serviceWorker.getRegistration("/app");
  if (registration) await closeOver(registration);
}

function closeWhatIsOver(): void {
  void lookAround().catch(() => undefined);
}

export function startPush(): void {
  closeWhatIsOver();
  document.addEventListener("visibilitychange", closeWhatIsOver);
  document.addEventListener("bedside:read", closeWhatIsOver);
  const place = document.querySelector<HTMLElement>("[data-app-push]");
  const on = place?.querySelector<HTMLButtonElement>("[data-app-push-on]");
  const off = place?.querySelector<HTMLButtonElement>("[data-app-push-off]");
  if (!place || !on || !off) return;
  const isOffer = place.dataset.appPush === "offer";
  if (isOffer && localStorage.getItem(NOT_NOW)) return;
  place.querySelector("[data-app-push-not-now]")?.addEventListener("click", () => {
    localStorage.setItem(NOT_NOW, "yes");
    place.hidden = true;
  });
  place.hidden = isOffer; // until it is known that there is something to offer
  new Switch(place, on, off).start().catch(() => undefined);
}
