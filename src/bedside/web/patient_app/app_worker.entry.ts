/**
 * The service worker of the patient's app: without network it shows a page that names nobody, and
 * says that nothing is lost. It keeps that page and its looks, and never a patient's.
 */
interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Asked extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The parts of ServiceWorkerGlobalScope that are used here; the pages' own types have none. */
interface Background {
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
}

const OFFLINE = "/app/offline";
const KEPT = "bedside-app-1";

const background = self as unknown as Background;

/** The page without network, and the style sheets and scripts that it names. */
async function keepShell(): Promise<void> {
  const kept = await caches.open(KEPT);
  const answer = await fetch(OFFLINE, { credentials: "omit" });
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
