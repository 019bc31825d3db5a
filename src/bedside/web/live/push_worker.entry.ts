/**
 * The service worker of a browser that subscribed to web push: it shows the message, and opens the
 * page that the message names. It controls no page and stores nothing.
 */
import { pushed } from "./pushed";

interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Arrived extends Waiting {
  data: { json(): unknown } | null;
}

interface Changed extends Waiting {
  oldSubscription?: PushSubscription | null;
  newSubscription?: PushSubscription | null;
}

interface Pressed extends Waiting {
  notification: Notification;
}

interface Page {
  url: string;
  focus(): Promise<unknown>;
}

/** The parts of ServiceWorkerGlobalScope that are used here; the pages' own types have none. */
interface Background {
  location: Location;
  registration: ServiceWorkerRegistration;
  clients: {
    matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install", listener: (event: Waiting) => void): void;
  addEventListener(type: "push", listener: (event: Arrived) => void): void;
  addEventListener(type: "pushsubscriptionchange", listener: (event: Changed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
}

const background = self as unknown as Background;

async function show(data: Arrived["data"]): Promise<void> {
  const { title, body, path } = pushed(data);
  // “renotify” makes a second patient of the same room heard, too.
  const options = { body, tag: path, data: path, renotify: true };
  await background.registration.showNotification(title, options);
}

/**
 * The browser has ended a subscription: make another one, and give it to the server while somebody is
 * signed in. A device that its owner has removed stays removed.
 */
async function renew({ oldSubscription: old, newSubscription: made }: Changed): Promise<void> {
  const key = old?.options.applicationServerKey;
  if (!old || !(made || key)) return; // the next page that is loaded repairs it
  const { pushManager } = background.registration;
  const now = made ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key ?? null }));
  const answer = await fetch("/account/push/renew", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ ...now.toJSON(), address: old.endpoint }),
  });
  if (answer.status === 404) await now.unsubscribe();
}

async function open(path: string): Promise<void> {
  const address = new URL(path, background.location.origin);
  if (address.origin !== background.location.origin) return;
  const pages = await background.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find(({ url }) => new URL(url).pathname === address.pathname);
  await (there ? there.focus() : background.clients.openWindow(address.href));
}

background.addEventListener("install", (event) => event.waitUntil(background.skipWaiting()));
background.addEventListener("push", (event) => event.waitUntil(show(event.data)));
background.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event).catch(() => undefined)));
background.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});
