/**
 * How good a connection is, and what is sent over it: the whole picture, a smaller one, or sound
 * only. It goes down within seconds and up again slowly; each time that going up was too early, it
 * waits twice as long before the next try. Pure: a state and a sample give the next state.
 */
export type Level = "full" | "smaller" | "sound";

/** What was measured in the last two seconds. */
export interface Sample {
  roundTripMs: number;
  /** Share of packets that were lost, the worse of both ways; 0 to 1. */
  lost: number;
  /** What the browser believes that can be sent; null while it does not know. */
  availableKbps: number | null;
}

export interface Quality {
  level: Level;
  /** Bad samples and good samples in a row. */
  bad: number;
  good: number;
  /** As many good samples are wanted before the next step up. */
  patience: number;
  /** Samples since the last step up; a step down soon after it makes patience longer. */
  sinceUp: number;
}

type Grade = "good" | "weak" | "very_weak";

const BAD_IN_A_ROW = 2;
const FIRST_PATIENCE = 5;
const LONGEST_PATIENCE = 40;
const TOO_EARLY = 8;
/** With less than this a picture of the level is no longer sent as it should be. */
const NEEDED_KBPS: Record<Level, number> = { full: 350, smaller: 120, sound: 0 };
const DOWN: Record<Level, Level> = { full: "smaller", smaller: "sound", sound: "sound" };
const UP: Record<Level, Level> = { full: "full", smaller: "full", sound: "smaller" };

export const BEST: Quality = { level: "full", bad: 0, good: 0, patience: FIRST_PATIENCE, sinceUp: TOO_EARLY };

function gradeOf(sample: Sample, level: Level): Grade {
  const needed = NEEDED_KBPS[level];
  const available = sample.availableKbps ?? needed;
  if (sample.lost >= 0.2 || sample.roundTripMs >= 1_500 || available < needed / 3) return "very_weak";
  if (sample.lost >= 0.08 || sample.roundTripMs >= 700 || available < needed) return "weak";
  return "good";
}

export function after(now: Quality, sample: Sample): Quality {
  const grade = gradeOf(sample, now.level);
  const sinceUp = now.sinceUp + 1;
  if (grade === "good") {
    const good = now.good + 1;
    if (now.level === "full" || good < now.patience) return { ...now, bad: 0, good, sinceUp };
    return { ...now, level: UP[now.level], bad: 0, good: 0, sinceUp: 0 };
  }
  const bad = now.bad + 1;
  const goesDown = bad >= BAD_IN_A_ROW && (grade === "very_weak" || now.level === "full") && now.level !== "sound";
  if (!goesDown) return { ...now, bad, good: 0, sinceUp };
  const patience = sinceUp < TOO_EARLY ? Math.min(now.patience * 2, LONGEST_PATIENCE) : now.patience;
  return { level: DOWN[now.level], bad: 0, good: 0, patience, sinceUp };
}

/** What a video sender is told for a level. `others` get a picture each when it goes to them directly. */
export function encodingOf(level: Level, others: number): { active: boolean; scaleResolutionDownBy: number; maxBitrate: number } {
  const full = others > 1 ? 700_000 : 1_700_000;
  return {
    active: level !== "sound",
    scaleResolutionDownBy: level === "full" ? 1 : 2.5,
    maxBitrate: level === "full" ? full : 220_000,
  };
}
