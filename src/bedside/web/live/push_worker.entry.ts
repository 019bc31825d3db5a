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

interface Ended extends Waiting {
  oldSubscription?: PushSubscription | null;
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
  addEventListener(type: "pushsubscriptionchange", listener: (event: Ended) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
}

const background = self as unknown as Background;

/** A push that says nothing still shows something: browsers end subscriptions whose pushes do not. */
const WITHOUT_WORDS: Told = { title: "Bedside", body: "Something is new. Open Bedside to see it.", path: "/" };

function told(data: Pushed["data"]): Told {
  try {
    return data?.json() ?? WITHOUT_WORDS;
  } catch {
    return WITHOUT_WORDS;
  }
}

async function show(data: Pushed["data"]): Promise<void> {
  const { title, body, path } = told(data);
  await background.registration.showNotification(title, { body, tag: path, data: path });
}

/** The browser has ended a subscription: make another one, and tell the server while somebody is signed in. */
async function renew(options: PushSubscriptionOptions | undefined): Promise<void> {
  if (!options?.applicationServerKey) return; // the next page that is loaded repairs it
  const subscription = await background.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: options.applicationServerKey,
  });
  await fetch("/account/push", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(subscription),
  });
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
background.addEventListener("pushsubscriptionchange", (event) =>
  event.waitUntil(renew(event.oldSubscription?.options).catch(() => undefined)),
);
background.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});
