/**
 * Installing the app: its worker, and how to put it on the first screen. Browsers with an offer of
 * their own are asked on a press; Safari on a phone has none, so the way is described.
 */
import { isApplePhone, isInstalled } from "../components/installed";

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const WORKER = "/app/worker.js";
const SCOPE = "/app";

function show(place: HTMLElement, how: string): void {
  place.hidden = false;
  for (const one of place.querySelectorAll<HTMLElement>("[data-install-how]")) {
    one.hidden = one.dataset.installHow !== how;
  }
}

export function startInstalling(): void {
  if ("serviceWorker" in navigator) {
    // The page without network is kept in the reader's language, and again when that changes.
    const address = `${WORKER}?language=${encodeURIComponent(document.documentElement.lang)}`;
    void navigator.serviceWorker.register(address, { scope: SCOPE }).catch(() => undefined);
  }
  const place = document.querySelector<HTMLElement>("[data-install]");
  if (!place || isInstalled()) return;
  if (isApplePhone()) show(place, "ios");
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    show(place, "prompt");
    place.querySelector("[data-install-now]")?.addEventListener("click", () => {
      place.hidden = true;
      void (event as InstallOffer).prompt();
    });
  });
}
