/**
 * Alerts on arrivals: a sound and a notification of the browser, on every page of the console,
 * repeated until somebody in charge of the room has looked. Of several windows one makes the sound.
 * A notification names the room and never a patient.
 */
import { toast } from "../components/toasts";
import { liveSocket } from "../live/socket";
import { chime, chimeIsOn } from "./chime";

interface Arrived {
  room: string;
  /** “Somebody is waiting in Dr Okafor's room” */
  sentence: string;
}

const TOGETHER_MS = 300;
const AGAIN_MS = 20_000;
const LOCK = "bedside-chime";

let timer = 0;
let makesTheSound = false;
let told = new Set<string>();

async function unlooked(): Promise<Arrived[]> {
  const answer = await fetch("/rooms/alerts", { headers: { Accept: "application/json", "X-Background": "1" } });
  if (!answer.ok) return [];
  return ((await answer.json()) as { arrived: Arrived[] }).arrived;
}

function askIn(milliseconds: number): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void look().catch(() => undefined), milliseconds);
}

/** Whether the room's queue is on the screen of somebody who looks at it. */
function isLookedAt(room: string): boolean {
  const shown = document.querySelector(`[data-room="${CSS.escape(room)}"]`) !== null;
  return shown && document.visibilityState === "visible" && document.hasFocus();
}

async function sayLooked(room: string): Promise<void> {
  await fetch(`/rooms/${room}/looked`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(),
  });
}

async function look(): Promise<void> {
  const arrived = await unlooked();
  if (arrived.length > 0) alertOf(arrived);
  told = new Set(arrived.map(({ room }) => room));
  const open = arrived.filter(({ room }) => !isLookedAt(room));
  for (const { room } of arrived) if (isLookedAt(room)) await sayLooked(room);
  if (open.length > 0) askIn(AGAIN_MS);
}

function alertOf(arrived: Arrived[]): void {
  if (makesTheSound && chimeIsOn()) void chime().catch(() => undefined);
  for (const { room, sentence } of arrived) {
    if (!told.has(room) && !isLookedAt(room)) toast(sentence, "info", openRoom(room));
    notify(room, sentence);
  }
}

function openRoom(room: string): { label: string; run: () => void } {
  const label = document.querySelector<HTMLElement>("[data-open-label]")?.dataset.openLabel ?? "";
  return { label, run: () => window.location.assign(`/rooms/${room}`) };
}

function notify(room: string, sentence: string): void {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const shown = new Notification(sentence, {
    tag: `bedside-${room}`,
    icon: document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "",
  });
  shown.addEventListener("click", () => {
    window.focus();
    window.location.assign(`/rooms/${room}`);
    shown.close();
  });
}

/** The first window in which somebody has pressed something makes the sound, until it is closed. */
function takeTurns(): void {
  document.removeEventListener("pointerdown", takeTurns, true);
  document.removeEventListener("keydown", takeTurns, true);
  const hold = (): Promise<void> => {
    makesTheSound = true;
    return new Promise(() => undefined);
  };
  // Pages that were not loaded over HTTPS have no locks.
  if ("locks" in navigator) void navigator.locks.request(LOCK, hold).catch(() => undefined);
  else void hold();
}

export function startAlerts(topic: string): void {
  document.addEventListener("pointerdown", takeTurns, true);
  document.addEventListener("keydown", takeTurns, true);
  liveSocket().subscribe(topic, () => askIn(TOGETHER_MS));
  window.addEventListener("focus", () => askIn(TOGETHER_MS));
}
