/** The marks of a whiteboard, as in bedside/calls/apps/marks.py. */
export type Ink = "black" | "red" | "blue" | "green";
export type Point = [x: number, y: number];

export interface Line {
  kind: "line";
  line: string;
  ink: Ink;
  wide: boolean;
  points: Point[];
}

export interface Words {
  kind: "words";
  line: string;
  ink: Ink;
  at: Point;
  words: string;
}

/** Of one's own marks; `all` of everybody's, which only staff may. */
export interface Clear {
  kind: "clear";
  all: boolean;
}

/** Undoes the clear with this number. */
export interface Restore {
  kind: "restore";
  number: number;
}

export type Mark =
  | Line
  | Words
  | { kind: "erase"; numbers: number[] }
  | Clear
  | Restore
  | { kind: "opened" | "ground" };

export interface Drawn {
  number: number;
  mine: boolean;
  mark: Mark;
}

export const WIDTH = 1_600;
export const HEIGHT = 1_000;
export const THIN = 5;
export const WIDE = 14;
export const LETTERS = 44;
/** For the saved picture; on the page apps.staff.visit.app.css has the same. */
export const COLOURS: Readonly<Record<Ink, string>> = {
  black: "#14181a",
  red: "#b0261e",
  blue: "#1f4fa8",
  green: "#1d7a3b",
};

/** The last own clear that is not undone, after one more mark; 0 if there is none. */
export function clearToUndo(before: number, { number, mine, mark }: Drawn): number {
  if (mark.kind === "clear" && mine) return number;
  if (mark.kind === "restore" && mark.number === before) return 0;
  return before;
}

/** Where a picture of this size is on the board: whole, in the middle. */
export function fitted(width: number, height: number): [x: number, y: number, width: number, height: number] {
  const scale = Math.min(WIDTH / width, HEIGHT / height);
  const [w, h] = [width * scale, height * scale];
  return [(WIDTH - w) / 2, (HEIGHT - h) / 2, w, h];
}

/** The path of a line, for SVG and for the picture alike. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const start = `M${first[0]} ${first[1]}`;
  // A dot is a line without length.
  return rest.length === 0 ? `${start}h0` : start + rest.map(([x, y]) => `L${x} ${y}`).join("");
}
