/**
 * The switch “Tell this device too”: web push for when the person is signed out. The browser is
 * asked for permission after a click only. This device recognises itself by the id it was given.
 */
import { toBytes } from "../components/encoding";

interface Offer {
  /** This installation's key: the browser accepts messages from nobody else (RFC 8292). */
  key: string;
  devices: string[];
}

const WORKER = "/push/worker.js";
const SCOPE = "/push/";
const THIS_DEVICE = "bedside-push";
/** The subscription's address that the server was given: the browser may have made another since. */
const GIVEN = "bedside-push-address";

async function offered(): Promise<Offer> {
  const answer = await fetch("/account/push", { headers: { Accept: "application/json", "X-Background": "1" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Offer;
}

/** The worker controls no pages, so nothing else waits for it. */
async function running(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return registration;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("redundant"));
    });
  });
  return registration;
}

async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await running();
  const options = { userVisibleOnly: true, applicationServerKey: toBytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // One made for another key pair, for instance of an installation that was set up again.
    const old = await pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function add(key: string): Promise<string> {
  const subscription = await subscribed(key);
  const answer = await fetch("/account/push", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(subscription),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const { device } = (await answer.json()) as { device: string };
  localStorage.setItem(THIS_DEVICE, device);
  localStorage.setItem(GIVEN, subscription.endpoint);
  return device;
}

/**
 * Whether the server was given a subscription that this browser has no more. One that the person has
 * removed from the list is still in the browser, and stays removed.
 */
async function hasChanged(): Promise<boolean> {
  const given = localStorage.getItem(GIVEN);
  if (!given || Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const now = await registration?.pushManager.getSubscription();
  return now?.endpoint !== given;
}

function isPossible(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** Marks the row of this device in the list of the account. */
function markThisDevice(device: string): void {
  const row = document.querySelector(`[data-device="${CSS.escape(device)}"]`);
  const words = row?.closest<HTMLElement>("[data-this-device]")?.dataset.thisDevice ?? "";
  const meta = row?.querySelector(".row-meta");
  if (meta && words) meta.prepend(`${words} · `);
}

class Switch {
  constructor(
    private readonly place: HTMLElement,
    private readonly button: HTMLButtonElement,
    private readonly said: HTMLElement,
  ) {}

  async start(): Promise<void> {
    if (!isPossible()) return this.show("missing");
    const { key, devices } = await offered();
    const renewed = (await hasChanged()) ? await add(key).catch(() => "") : "";
    if (renewed) devices.push(renewed);
    const device = localStorage.getItem(THIS_DEVICE) ?? "";
    const isOn = devices.includes(device) && Notification.permission === "granted";
    if (isOn) markThisDevice(device);
    this.show(isOn ? "on" : Notification.permission === "denied" ? "denied" : "off");
    this.button.addEventListener("click", () => void this.turnOn(key));
  }

  private async turnOn(key: string): Promise<void> {
    this.button.setAttribute("aria-busy", "true");
    try {
      const permission = await Notification.requestPermission();
      if (permission !== "granted") return this.show(permission === "denied" ? "denied" : "off");
      await add(key);
      if (document.querySelector("[data-devices]")) location.reload();
      this.show("on");
    } catch {
      this.show("failed");
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  private show(state: "off" | "on" | "denied" | "missing" | "failed"): void {
    this.said.textContent = this.place.dataset[state] ?? "";
    this.button.hidden = state !== "off" && state !== "failed";
  }
}

export function startPush(): void {
  const place = document.querySelector<HTMLElement>("[data-push]");
  const button = place?.querySelector<HTMLButtonElement>("[data-push-ask]");
  const said = place?.querySelector<HTMLElement>("[data-push-said]");
  if (place && button && said) void new Switch(place, button, said).start().catch(() => undefined);
}
