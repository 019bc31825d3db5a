/**
 * Browsers without calls: the page says so, names the app that it was opened in, and leads to the
 * browser of the phone. In a visit the link brings the place along.
 */
import { appOf, deviceOf, intentOf, type Lack, lackOf, surroundings } from "./browsers";
import { tell } from "./server";

/** Fills in and shows what is true of this browser, everywhere below `root`; returns what is missing. */
export function startWayOut(root: ParentNode): Lack {
  const lack = lackOf(surroundings());
  if (lack) for (const place of root.querySelectorAll<HTMLElement>("[data-way-out]")) show(place, lack);
  return lack;
}

function show(place: HTMLElement, lack: Lack): void {
  const app = appOf(navigator.userAgent);
  const device = deviceOf(navigator.userAgent);
  const shown = lack === "insecure" ? "insecure" : app === null ? "browser" : app === "" ? "app" : "named";
  for (const words of place.querySelectorAll<HTMLElement>("[data-way-out-for]")) {
    words.hidden = words.dataset.wayOutFor !== shown;
  }
  const name = place.querySelector("[data-way-out-name]");
  if (name) name.textContent = name.textContent.replace("{app}", app ?? "");
  place.hidden = false;
  if (lack === "insecure") return; // elsewhere it would be the same
  for (const how of place.querySelectorAll<HTMLElement>("[data-way-out-how]")) {
    how.hidden = how.dataset.wayOutHow !== (app === null ? "computer" : device);
  }
  place.querySelector("[data-way-out-buttons]")?.removeAttribute("hidden");
  const copy = place.querySelector<HTMLElement>("[data-way-out-copy]");
  copy?.addEventListener("click", () => void copyLink(place, copy));
  if (app !== null && device === "android") void offerToOpen(place);
}

/** Android opens the page in its browser by a tap: the link has to be there before. */
async function offerToOpen(place: HTMLElement): Promise<void> {
  const open = place.querySelector<HTMLAnchorElement>("[data-way-out-open]");
  const address = await addressOf(place).catch(() => "");
  if (!open || !address) return;
  open.href = intentOf(address);
  open.hidden = false;
}

async function addressOf(place: HTMLElement): Promise<string> {
  const asks = place.dataset.wayOutLink ?? "";
  const path = asks ? (await tell<{ path: string }>(asks)).path : window.location.pathname + window.location.search;
  return new URL(path, window.location.href).href;
}

/** Apps may refuse the clipboard, too: then the link stands there, marked. */
async function copyLink(place: HTMLElement, button: HTMLElement): Promise<void> {
  const said = place.querySelector("[data-way-out-said]");
  const field = place.querySelector<HTMLInputElement>("[data-way-out-address]");
  try {
    const address = await addressOf(place);
    if (field) Object.assign(field, { value: address, hidden: false });
    field?.select();
    const copied = await navigator.clipboard?.writeText(address).then(
      () => true,
      () => false,
    );
    if ((copied || document.execCommand("copy")) && said) said.textContent = button.dataset.copied ?? "";
  } catch {
    if (said) said.textContent = button.dataset.failed ?? "";
  }
}
