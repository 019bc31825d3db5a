/**
 * Other visits on this device: two children on their mother's phone. Browsers stop pages in the
 * background, so the page in front keeps the others' places, and says when one of them is called.
 */
const KEY = "bedside-visits";
const EVERY_MS = 45_000;
const KEPT_MS = 12 * 3_600_000;
const ID = /^vis_[0-9a-z]{26}$/;

/** When each visit was last open on this device. */
export type Open = Readonly<Record<string, number>>;

/** What is stored, without what is old or makes no sense. */
export function openVisits(stored: string | null, now: number): Open {
  let found: unknown;
  try {
    found = JSON.parse(stored ?? "{}");
  } catch {
    return {};
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter(
      ([id, at]) => ID.test(id) && typeof at === "number" && at <= now && now - at < KEPT_MS,
    ),
  );
}

/** The view that the page of a visit shows, "" if it does not open. */
export function viewIn(page: string): string {
  return /data-view="(\w+)"/.exec(page)?.[1] ?? "";
}

function read(): Open {
  try {
    return openVisits(window.localStorage.getItem(KEY), Date.now());
  } catch {
    return {}; // storage is switched off: each page is on its own
  }
}

function write(open: Open): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(open));
  } catch {
    // as above
  }
}

function forget(id: string): void {
  const { [id]: _gone, ...others } = read();
  write(others);
}

async function lookAfter(id: string): Promise<boolean> {
  const answer = await fetch(`/visit/${id}`, { cache: "no-store", redirect: "manual" });
  const view = answer.ok ? viewIn(await answer.text()) : "";
  if (answer.status < 500 && (view === "" || view === "ended")) forget(id);
  return view === "call";
}

/** Remember this visit, and look after the others as long as this page is in front. */
export function startAlsoHere(own: string, called: HTMLElement | null): void {
  write({ ...read(), [own]: Date.now() });
  const look = async (): Promise<void> => {
    if (document.visibilityState !== "visible") return;
    let inCall = "";
    for (const id of Object.keys(read())) {
      if (id === own) continue;
      try {
        if (await lookAfter(id)) inCall = id;
      } catch {
        return; // without network there is nobody to ask
      }
    }
    if (!called) return;
    called.hidden = inCall === "";
    called.querySelector("a")?.setAttribute("href", `/visit/${inCall}`);
  };
  window.setInterval(() => void look(), EVERY_MS);
  document.addEventListener("visibilitychange", () => void look());
  void look();
}
