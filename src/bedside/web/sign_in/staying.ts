/**
 * Somebody who types or points is there, although the page requests nothing from the server: it is
 * told now and then. Two minutes before the session ends for lack of use, the person is asked.
 * Other tabs may have kept it alive, so the server is asked for the time before the question is
 * shown.
 */
const TELL_EVERY_MS = 4 * 60_000;
const WARN_BEFORE_MS = 2 * 60_000;
const TRY_AGAIN_MS = 30_000;

let told = Date.now();
let timer = 0;

async function ask(path: string, method: "GET" | "POST"): Promise<number | null> {
  try {
    const answer = await fetch(path, { method, headers: { Accept: "application/json", "X-Background": "1" } });
    if (answer.status === 401) return 0;
    return answer.ok ? ((await answer.json()) as { seconds: number }).seconds * 1000 : null;
  } catch {
    return null;
  }
}

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("#staying");
}

function plan(left: number | null): void {
  window.clearTimeout(timer);
  if (left === 0) {
    // What is on the screen is not for somebody who walks by.
    window.location.reload();
    return;
  }
  const asked = dialog();
  if (left !== null && left <= WARN_BEFORE_MS) {
    if (asked && !asked.open) asked.showModal();
    timer = window.setTimeout(look, Math.min(left + 500, TRY_AGAIN_MS));
    return;
  }
  if (left !== null) asked?.close();
  timer = window.setTimeout(look, left === null ? TRY_AGAIN_MS : left - WARN_BEFORE_MS);
}

async function look(): Promise<void> {
  plan(await ask("/account/time-left", "GET"));
}

async function tell(): Promise<void> {
  told = Date.now();
  const answer = await fetch("/account/stay", { method: "POST", headers: { Accept: "application/json" } }).catch(
    () => null,
  );
  if (answer) await look();
}

function used(): void {
  if (!dialog()?.open && Date.now() - told > TELL_EVERY_MS) void tell();
}

export function startStaying(): void {
  if (!dialog()) return;
  document.addEventListener("keydown", used, { passive: true });
  document.addEventListener("pointerdown", used, { passive: true });
  document.querySelector("[data-stay]")?.addEventListener("click", () => void tell());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void look();
  });
  void look();
}
