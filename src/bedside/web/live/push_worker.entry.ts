/**
 * The service worker of a browser that subscribed to web push: it shows the message, and opens the
 * page that the message names. It controls no page and stores nothing.
 */
interface Told {
  title: string;
  body: string;
  /** A page of this very site, such as “/rooms/rom_…” */
  path: string;
}

interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Pushed extends Waiting {
  data: { json(): Told } | null;
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
  addEventListener(type: "push", listener: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
}

const background = self as unknown as Background;

async function show(data: Pushed["data"]): Promise<void> {
  if (!data) return;
  const { title, body, path } = data.json();
  await background.registration.showNotification(title, { body, tag: path, data: path });
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
background.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});
