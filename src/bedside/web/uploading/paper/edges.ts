/**
 * Finds a sheet of paper in a photo: what is bright and without colour, in one piece, and has four
 * straight sides. It looks at a small picture only. It says null rather than guess: then the whole
 * picture is the page, and its corners are set by hand.
 */
import { areaOf, type Corners, hull, inOrder, isSheet, type Picture, type Point, turn } from "./geometry";

/** Pixels of the longer side that are looked at. */
export const LOOKED_AT = 320;
const LEAST_PART = 0.12;
const LEAST_FILLED = 0.85;
const MOST_POINTS = 24;
/** How much brighter paper is than what lies around it, of 255. */
const LEAST_CONTRAST = 24;

/** The corners as parts of width and height; null if there is no sheet of paper that stands out. */
export function findPaper(picture: Picture): Corners | null {
  const { width, height } = picture;
  const paleness = smoothed(palenessOf(picture), width, height);
  const limit = threshold(paleness);
  if (limit === null) return null;
  const piece = largestPiece(paleness, width, height, limit);
  if (piece.length < LEAST_PART * width * height) return null;
  const outline = fewer(hull(ends(piece, width)));
  const corners = largestSheet(outline);
  if (!corners) return null;
  const area = areaOf(corners);
  if (area < LEAST_PART * width * height || piece.length < LEAST_FILLED * area) return null;
  return corners.map(([x, y]) => [inside(x / width), inside(y / height)] as const) as unknown as Corners;
}

const inside = (part: number): number => Math.min(1, Math.max(0, part));

/** Bright and grey counts as paper; wood and skin are bright, too, but have a colour. */
function palenessOf({ data, width, height }: Picture): Float32Array {
  const pale = new Float32Array(width * height);
  for (let pixel = 0; pixel < pale.length; pixel += 1) {
    const at = pixel * 4;
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    const colour = Math.max(red, green, blue) - Math.min(red, green, blue);
    pale[pixel] = Math.max(0, 0.3 * red + 0.59 * green + 0.11 * blue - 0.7 * colour);
  }
  return pale;
}

const REACH = 2;

/** The mean around each pixel: print on the paper must not make holes into it. */
function smoothed(values: Float32Array, width: number, height: number): Float32Array {
  return alongRows(alongRows(values, width, height, 1, width), height, width, width, 1);
}

function alongRows(values: Float32Array, length: number, rows: number, step: number, next: number): Float32Array {
  const made = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let place = 0; place < length; place += 1) {
      const [from, to] = [Math.max(0, place - REACH), Math.min(length - 1, place + REACH)];
      let sum = 0;
      for (let near = from; near <= to; near += 1) sum += values[row * next + near * step]!;
      made[row * next + place * step] = sum / (to - from + 1);
    }
  }
  return made;
}

/** The value that best parts light from dark (Otsu); null if there is not much difference. */
function threshold(values: Float32Array): number | null {
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.round(value)]! += 1;
  const whole = counts.reduce((sum, count, value) => sum + count * value, 0);
  let [below, belowSum, best, limit, contrast] = [0, 0, 0, 0, 0];
  for (let value = 0; value < 255; value += 1) {
    below += counts[value]!;
    belowSum += counts[value]! * value;
    const above = values.length - below;
    if (!below || !above) continue;
    const apart = (whole - belowSum) / above - belowSum / below;
    const score = below * above * apart * apart;
    if (score > best) [best, limit, contrast] = [score, value, apart];
  }
  return contrast < LEAST_CONTRAST ? null : limit;
}

/** The pixels of the largest piece that is brighter than the limit. */
function largestPiece(values: Float32Array, width: number, height: number, limit: number): number[] {
  const seen = new Uint8Array(values.length);
  let largest: number[] = [];
  for (let start = 0; start < values.length; start += 1) {
    if (seen[start] || values[start]! <= limit) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next += 1) {
      for (const near of neighbours(piece[next]!, width, height)) {
        if (seen[near] || values[near]! <= limit) continue;
        seen[near] = 1;
        piece.push(near);
      }
    }
    if (piece.length > largest.length) largest = piece;
  }
  return largest;
}

function neighbours(pixel: number, width: number, height: number): number[] {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const found: number[] = [];
  if (x > 0) found.push(pixel - 1);
  if (x < width - 1) found.push(pixel + 1);
  if (y > 0) found.push(pixel - width);
  if (y < height - 1) found.push(pixel + width);
  return found;
}

/** The first and the last pixel of each row, as points between pixels. */
function ends(piece: readonly number[], width: number): Point[] {
  const rows = new Map<number, [first: number, last: number]>();
  for (const pixel of piece) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const [first, last] = rows.get(y) ?? [x, x];
    rows.set(y, [Math.min(first, x), Math.max(last, x)]);
  }
  const found: Point[] = [];
  for (const [y, [first, last]] of rows) found.push([first, y], [first, y + 1], [last + 1, y], [last + 1, y + 1]);
  return found;
}

/** An outline with few points: those that change it least are left out. */
function fewer(outline: readonly Point[]): Point[] {
  const points = [...outline];
  while (points.length > MOST_POINTS) {
    const matters = points.map((point, index) =>
      Math.abs(turn(points.at(index - 1)!, point, points[(index + 1) % points.length]!)),
    );
    points.splice(matters.indexOf(Math.min(...matters)), 1);
  }
  return points;
}

/** The four points of an outline that go around most of it. */
function largestSheet(outline: readonly Point[]): Corners | null {
  const count = outline.length;
  let [best, found]: [number, Corners | null] = [0, null];
  for (let first = 0; first < count - 3; first += 1)
    for (let second = first + 1; second < count - 2; second += 1)
      for (let third = second + 1; third < count - 1; third += 1)
        for (let fourth = third + 1; fourth < count; fourth += 1) {
          const four = [outline[first]!, outline[second]!, outline[third]!, outline[fourth]!];
          const area = areaOf(four);
          if (area > best) [best, found] = [area, inOrder(four)];
        }
  return found && isSheet(found) ? found : null;
}
