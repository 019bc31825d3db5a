/**
 * How each photo was looked at last, while this tab is open: who goes on to the next and comes back
 * finds it turned, enlarged and lit as before. Numbers by the id of a file, nothing of its content.
 */
export interface View {
  scale: number;
  /** In degrees. */
  turn: number;
  /** How far it is moved, in parts of its own width and height at 100%: the same for photos of any size. */
  x: number;
  y: number;
  /** In percent. */
  light: number;
}

export const LIGHT = { normal: 100, least: 40, most: 250 } as const;
export const AS_IT_CAME: View = { scale: 1, turn: 0, x: 0, y: 0, light: LIGHT.normal };

const KEPT = "bedside-photo-views";
const MOST = 100;
const STEP = 20;

type Views = [id: string, view: View][];

function isView(found: unknown): found is View {
  if (typeof found !== "object" || found === null) return false;
  const numbers = Object.keys(AS_IT_CAME).map((key) => (found as Record<string, unknown>)[key]);
  return numbers.every((one) => typeof one === "number" && Number.isFinite(one));
}

function views(): Views {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? (found as Views).filter((one) => Array.isArray(one) && isView(one[1])) : [];
  } catch {
    return [];
  }
}

export function viewOf(id: string): View {
  return views().find(([one]) => one === id)?.[1] ?? AS_IT_CAME;
}

/** Keeps a view; of more than a hundred, those of the longest ago are dropped. */
export function keepView(id: string, view: View): void {
  if (!id) return;
  const others = views().filter(([one]) => one !== id);
  const isNew = (Object.keys(AS_IT_CAME) as (keyof View)[]).some((key) => view[key] !== AS_IT_CAME[key]);
  const all: Views = isNew ? [...others, [id, view]] : others;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(all.slice(-MOST)));
  } catch {
    // Without room the view is that of this page alone.
  }
}

/** Lights by steps of a fifth, within what still shows something. */
export function brighter(light: number, steps: number): number {
  return Math.min(LIGHT.most, Math.max(LIGHT.least, light + steps * STEP));
}
