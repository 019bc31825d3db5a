/**
 * The quality of a connection, and what is sent over it: the full picture, a smaller one, or sound
 * only. It goes down within seconds and up again slowly; each time going up was too early, the wait
 * doubles. Pure: a state and a sample give the next state.
 */
export type Level = "full" | "smaller" | "sound";

/** Measurements of the last two seconds. */
export interface Sample {
  roundTripMs: number;
  /** Share of packets lost, the worse direction; 0 to 1. */
  lost: number;
  /** The browser's estimate of what can be sent; null while unknown. */
  availableKbps: number | null;
}

/** The state of a connection: what is sent, or that somebody else's picture is paused. */
export type Words = Level | "paused";

export interface Quality {
  level: Level;
  /** Consecutive bad and good samples. */
  bad: number;
  good: number;
  /** Good samples required before the next step up. */
  patience: number;
  /**
   * Samples since the last step up, until it has held; a step down before that increases
   * `patience`.
   */
  sinceUp: number;
}

type Grade = "good" | "weak" | "very_weak";

const BAD_IN_A_ROW = 2;
const FIRST_PATIENCE = 5;
const LONGEST_PATIENCE = 15;
/** A step up has held if it was not undone for this many samples. */
const HELD = 8;
/** After a step up the browser needs a while to find out how much can be sent. */
const FINDS_OUT = 3;
/** Below this a picture of the level is no longer sent properly. */
const NEEDED_KBPS: Record<Level, number> = { full: 250, smaller: 120, sound: 0 };
/** Below this estimate the next step up is not tried: it would be undone at once. */
const WANTED_TO_GO_UP_KBPS: Record<Level, number> = { full: 0, smaller: 300, sound: 0 };
const DOWN: Record<Level, Level> = { full: "smaller", smaller: "sound", sound: "sound" };
const UP: Record<Level, Level> = { full: "full", smaller: "full", sound: "smaller" };

export const BEST: Quality = { level: "full", bad: 0, good: 0, patience: FIRST_PATIENCE, sinceUp: HELD };

function gradeOf(sample: Sample, { level, sinceUp }: Quality): Grade {
  const needed = NEEDED_KBPS[level];
  const available = sinceUp < FINDS_OUT ? needed : (sample.availableKbps ?? needed);
  if (sample.lost >= 0.2 || sample.roundTripMs >= 1_500 || available < needed / 3) return "very_weak";
  if (sample.lost >= 0.08 || sample.roundTripMs >= 700 || available < needed) return "weak";
  return "good";
}

export function after(before: Quality, sample: Sample): Quality {
  const grade = gradeOf(sample, before);
  const sinceUp = Math.min(before.sinceUp + 1, HELD);
  const hasHeld = before.sinceUp < HELD && sinceUp === HELD;
  const now = { ...before, sinceUp, patience: hasHeld ? FIRST_PATIENCE : before.patience };
  if (grade === "good") {
    const mayGoUp = (sample.availableKbps ?? Infinity) >= WANTED_TO_GO_UP_KBPS[now.level];
    const good = mayGoUp ? now.good + 1 : 0;
    if (now.level === "full" || good < now.patience) return { ...now, bad: 0, good };
    return { ...now, level: UP[now.level], bad: 0, good: 0, sinceUp: 0 };
  }
  const bad = now.bad + 1;
  const goesDown = bad >= BAD_IN_A_ROW && (grade === "very_weak" || now.level === "full") && now.level !== "sound";
  if (!goesDown) return { ...now, bad, good: 0 };
  const patience = sinceUp < HELD ? Math.min(now.patience * 2, LONGEST_PATIENCE) : now.patience;
  return { level: DOWN[now.level], bad: 0, good: 0, patience, sinceUp: HELD };
}

const WORST_FIRST: readonly Words[] = ["sound", "smaller", "paused", "full"];

/** The state of several connections together. */
export function worstOf(all: readonly Words[]): Words {
  return WORST_FIRST.find((words) => all.includes(words)) ?? "full";
}

/**
 * The parameters of a video sender for a level. `others` get a picture each if it is sent directly.
 */
export function encodingOf(
  level: Level,
  others: number,
): { active: boolean; scaleResolutionDownBy: number; maxBitrate: number } {
  const full = others > 1 ? 700_000 : 1_700_000;
  return {
    active: level !== "sound",
    scaleResolutionDownBy: level === "full" ? 1 : 2.5,
    maxBitrate: level === "full" ? full : 220_000,
  };
}
