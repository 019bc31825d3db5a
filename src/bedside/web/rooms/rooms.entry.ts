/**
 * The waiting room: settings for arrival alerts, and ready-made messages to everyone. Whatever uses
 * the live socket is in the entry staff, because each entry has modules of its own.
 */

import { startPush } from "../live/push";
import { lastCheck } from "../media/last_check";
import { chime, chimeIsOn, switchChime } from "./chime";

function startSound(): void {
  const box = document.querySelector<HTMLInputElement>("[data-chime-switch]");
  if (box) {
    box.checked = chimeIsOn();
    box.addEventListener("change", () => switchChime(box.checked));
  }
  document.querySelector("[data-chime-try]")?.addEventListener("click", () => void chime());
}

function startNotifications(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-notify-ask]");
  const said = document.querySelector<HTMLElement>("[data-notify-said]");
  if (!button || !said || !("Notification" in window)) return;
  const show = (): void => {
    button.hidden = Notification.permission !== "default";
    said.textContent = said.dataset[Notification.permission] ?? "";
  };
  button.addEventListener("click", () => void Notification.requestPermission().then(show));
  show();
}

/** What the last check of camera and sound on this device found. */
function showLastCheck(): void {
  const link = document.querySelector<HTMLElement>("[data-own-devices]");
  const check = lastCheck();
  const text = link?.querySelector("span");
  if (!link || !text || !check) return;
  text.textContent = (check.camera && check.microphone ? link.dataset.fine : link.dataset.bad) ?? "";
  link.title = text.textContent; // where the sign stands alone
}

function startBeginnings(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-begin]");
    const field = document.getElementById(button?.dataset.begin ?? "");
    const isText = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
    if (!button || !isText) return;
    field.value = button.textContent.trim();
    field.focus();
  });
}

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
showLastCheck();
startSound();
startNotifications();
void startPush();
startBeginnings();
document.querySelector<HTMLDialogElement>("dialog[data-open-at-once]")?.showModal();
