/**
 * Short messages at the bottom. The server sends them with the header HX-Trigger: {"toast":
 * {"text": "…", "tone": "good"}}; scripts call toast(). A message with an action (Undo) stays
 * longer; pointer or focus on it stops the clock.
 */
import { announce } from "./announce";

export type Tone = "info" | "good" | "attention" | "bad";

export interface ToastAction {
  label: string;
  run: () => void;
}

const STAYS_MS = 6_000;
const STAYS_WITH_ACTION_MS = 20_000;

function keepUntilSeen(element: HTMLElement, milliseconds: number): void {
  let timer = 0;
  const start = (): void => {
    timer = window.setTimeout(() => element.remove(), milliseconds);
  };
  const stop = (): void => window.clearTimeout(timer);
  element.addEventListener("pointerenter", stop);
  element.addEventListener("pointerleave", start);
  element.addEventListener("focusin", stop);
  element.addEventListener("focusout", start);
  start();
}

/** Shows one message; returns a function that removes it. `bad` stays until it is closed. */
export function toast(text: string, tone: Tone = "info", action?: ToastAction): () => void {
  const region = document.getElementById("toasts");
  const template = document.querySelector<HTMLTemplateElement>(`[data-toast-template="${tone}"]`);
  const element = template?.content.firstElementChild?.cloneNode(true);
  if (!region || !(element instanceof HTMLElement)) return () => undefined;
  const words = element.querySelector(".toast-text");
  if (words) words.textContent = text;
  if (action) words?.after(actionButton(action, element));
  region.append(element);
  place(region);
  announce(text, tone === "bad");
  if (tone !== "bad") keepUntilSeen(element, action ? STAYS_WITH_ACTION_MS : STAYS_MS);
  return () => element.remove();
}

const CORNERS = ["bottom-end", "bottom-start", "top-end", "top-start"];
const PRESSED = "a[href], button, input, select, textarea, [tabindex='0']";

/** Moves the messages to a corner of the window in which they cover nothing that can be pressed. */
function place(region: HTMLElement): void {
  let best = { corner: CORNERS[0] ?? "", covered: Number.POSITIVE_INFINITY };
  for (const corner of CORNERS) {
    region.dataset.corner = corner;
    const covered = coveredBy(region);
    if (covered < best.covered) best = { corner, covered };
    if (covered === 0) break;
  }
  region.dataset.corner = best.corner;
}

function coveredBy(region: HTMLElement): number {
  const found = new Set<Element>();
  for (const message of region.children) {
    const box = message.getBoundingClientRect();
    for (let column = 0; column <= 8; column += 1) {
      for (let row = 0; row <= 4; row += 1) {
        const below = document.elementsFromPoint(box.left + (box.width * column) / 8, box.top + (box.height * row) / 4);
        const top = below.find((one) => !region.contains(one))?.closest(PRESSED);
        if (top) found.add(top);
      }
    }
  }
  return found.size;
}

function actionButton(action: ToastAction, element: HTMLElement): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small";
  button.dataset.key = "z";
  button.append(Object.assign(document.createElement("span"), { textContent: action.label }));
  const key = Object.assign(document.createElement("kbd"), { textContent: "z" });
  key.setAttribute("aria-hidden", "true");
  button.append(key);
  button.addEventListener("click", () => {
    element.remove();
    action.run();
  });
  return button;
}

function isTone(value: unknown): value is Tone {
  return value === "info" || value === "good" || value === "attention" || value === "bad";
}

export function startToasts(): void {
  document.addEventListener("click", (event) => {
    const closer = (event.target as Element).closest("[data-toast-close]");
    closer?.closest("[data-toast]")?.remove();
  });
  document.addEventListener("toast", (event) => {
    const said: unknown = (event as CustomEvent).detail;
    if (typeof said !== "object" || said === null || !("text" in said) || typeof said.text !== "string") return;
    toast(said.text, "tone" in said && isTone(said.tone) ? said.tone : "info");
  });
  const region = document.getElementById("toasts");
  if (region?.childElementCount) place(region);
  for (const element of document.querySelectorAll<HTMLElement>("#toasts > [data-toast]")) {
    announce(element.querySelector(".toast-text")?.textContent ?? "");
    if (!element.classList.contains("toast-bad")) keepUntilSeen(element, STAYS_MS);
  }
}
