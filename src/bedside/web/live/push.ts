/**
 * The switch “Notify this device too”: web push for when the person is signed out. The browser is
 * asked for permission after a click only. This device recognises itself by the id it was given.
 */
import { toBytes } from "../components/encoding";

interface Offer {
  /** This installation's key: the browser accepts messages from nobody else (RFC 8292). */
  key: string;
  /** `ended` says why no push reaches a device any more, "" while one does. */
  devices: { id: string; ended: string }[];
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

/** Returns a subscription; one of the address `dead` would be useless, and is replaced. */
async function subscribed(key: string, dead = ""): Promise<PushSubscription> {
  const { pushManager } = await running();
  const there = dead ? await pushManager.getSubscription() : null;
  if (there?.endpoint === dead) await there.unsubscribe();
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

async function give(address: string, subscription: PushSubscription): Promise<void> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Background": "1" },
    body: JSON.stringify({ ...subscription.toJSON(), device: localStorage.getItem(THIS_DEVICE) ?? "" }),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const { device } = (await answer.json()) as { device: string };
  localStorage.setItem(THIS_DEVICE, device);
  localStorage.setItem(GIVEN, subscription.endpoint);
}

/** Whether the server was given a subscription that this browser has no more. */
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

/** Marks the row of this device in the list of the account; `isOn` takes back that it has ended. */
function markThisDevice(device: string, isOn: boolean): void {
  const row = document.querySelector(`[data-device="${CSS.escape(device)}"]`);
  const words = row?.closest<HTMLElement>("[data-this-device]")?.dataset.thisDevice ?? "";
  const meta = row?.querySelector(".row-meta");
  if (meta && words) meta.prepend(`${words} · `);
  if (isOn) row?.querySelector("[data-ended]")?.remove();
}

/**
 * Gives the server what this browser has in place of a subscription that has ended. The server takes it
 * for a device that is still in the list of who is signed in: one that was removed stays removed.
 */
async function repair(): Promise<void> {
  if (!isPossible() || !(await hasChanged())) return;
  const { key, devices } = await offered();
  if (!devices.some(({ id }) => id === localStorage.getItem(THIS_DEVICE))) return;
  await give("/account/push/renew", await subscribed(key));
}

class Switch {
  constructor(
    private readonly place: HTMLElement,
    private readonly button: HTMLButtonElement,
    private readonly words: HTMLElement,
  ) {}

  async start(): Promise<void> {
    if (!isPossible()) return this.show("missing");
    const { key, devices } = await offered();
    const here = devices.find(({ id }) => id === localStorage.getItem(THIS_DEVICE));
    if (here) markThisDevice(here.id, !here.ended);
    const isAllowed = Notification.permission === "granted";
    if (Notification.permission === "denied") this.show("denied");
    else this.show(here?.ended || (here && !isAllowed) ? "ended" : here ? "on" : "off");
    const dead = here?.ended ? (localStorage.getItem(GIVEN) ?? "") : "";
    this.button.addEventListener("click", () => void this.turnOn(key, dead));
  }

  private async turnOn(key: string, dead: string): Promise<void> {
    this.button.setAttribute("aria-busy", "true");
    try {
      const permission = await Notification.requestPermission();
      if (permission !== "granted") return this.show(permission === "denied" ? "denied" : "off");
      await give("/account/push", await subscribed(key, dead));
      if (document.querySelector("[data-devices]")) location.reload();
      this.show("on");
    } catch {
      this.show("failed");
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  private show(state: "off" | "on" | "ended" | "denied" | "missing" | "failed"): void {
    this.words.textContent = this.place.dataset[state] ?? "";
    this.button.hidden = state === "on" || state === "denied" || state === "missing";
  }
}

/** On pages without the switch: only the repair. */
export function repairPush(): void {
  if (!document.querySelector("[data-push]")) void repair().catch(() => undefined);
}

export async function startPush(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-push]");
  const button = place?.querySelector<HTMLButtonElement>("[data-push-ask]");
  const words = place?.querySelector<HTMLElement>("[data-push-state]");
  if (!place || !button || !words) return;
  await repair().catch(() => undefined);
  await new Switch(place, button, words).start().catch(() => undefined);
}
