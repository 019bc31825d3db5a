/**
 * The service worker of the patient's app: without network it shows a page that names nobody, and
 * says that nothing is lost. It keeps that page and its looks, and never a patient's. It shows the
 * notifications of browsers that do not show declarative ones by themselves, and reports that it has.
 */
import { notified } from "./notified";
import { closeOver, keptOf } from "./over";

interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Pushed extends Waiting {
  data: { json(): unknown } | null;
}

interface Pressed extends Waiting {
  notification: Notification;
}

interface Page {
  url: string;
  focus(): Promise<unknown>;
  navigate(address: string): Promise<unknown>;
}

interface Asked extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The parts of ServiceWorkerGlobalScope that are used here; the pages' own types have none. */
interface Background {
  registration: ServiceWorkerRegistration;
  clients: {
    claim(): Promise<void>;
    matchAll(which: { type: "window" }): Promise<Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(type: "push", listener: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
}

const OFFLINE = "/app/offline";
const KEPT = "bedside-app-1";

const background = self as unknown as Background;

/** The page without network, and the style sheets and scripts that it names. */
async function keepShell(): Promise<void> {
  const kept = await caches.open(KEPT);
  const language = new URL(self.location.href).searchParams.get("language");
  const headers: Record<string, string> = language ? { "accept-language": language } : {};
  const answer = await fetch(OFFLINE, { credentials: "omit", headers });
  if (!answer.ok) return;
  const page = await answer.clone().text();
  const files = [...page.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map(([, address]) => address ?? "");
  await kept.put(OFFLINE, answer);
  await Promise.all([...new Set(files)].map((address) => kept.add(address).catch(() => undefined)));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("bedside-app-") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await background.clients.claim();
}

async function fromNetwork(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(OFFLINE);
    if (!kept) throw error;
    return kept;
  }
}

async function fromShell(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** Browsers end subscriptions whose pushes show nothing, so something is shown whatever came. */
async function show(data: Pushed["data"]): Promise<void> {
  const { title, body, tag, page, report } = notified(data, self.location.origin);
  await background.registration.showNotification(title, { body, tag, data: { page, cause: report?.cause } });
  if (!report) return;
  const told = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ cause: report.cause }),
  };
  await fetch(report.address, told).catch(() => undefined);
  await closeOver(background.registration).catch(() => undefined);
}

async function open(page: string): Promise<void> {
  const pages = await background.clients.matchAll({ type: "window" });
  const there = pages.find(({ url }) => new URL(url).pathname.startsWith("/app"));
  if (!there) return void (await background.clients.openWindow(page));
  // First, because the press allows it for some seconds only, and a page may take longer.
  await there.focus().catch(() => undefined);
  await there.navigate(page).catch(() => background.clients.openWindow(page));
}

background.addEventListener("push", (event) => event.waitUntil(show(event.data)));
background.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(keptOf(event.notification.data).page));
});
background.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => background.skipWaiting()));
});
background.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
background.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromNetwork(request));
  else if (pathname.startsWith("/static/")) event.respondWith(fromShell(request));
});
