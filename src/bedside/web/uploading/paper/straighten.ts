/** Straightens a page: what lies between four corners becomes a rectangle, as if seen from above. */
import { type Corners, distance, type Picture } from "./geometry";

/** Pixels of the longer side of a page: A4 with 200 dots an inch. */
export const LONGEST = 2_340;

/** `corners` are parts of width and height of the picture. */
export function straightened(picture: Picture, corners: Corners, longest = LONGEST): Picture {
  const at = corners.map(([x, y]) => [x * picture.width, y * picture.height] as const) as unknown as Corners;
  const [width, height] = sizeOf(at, longest);
  const made: Picture = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  const from = perspective(at);
  for (let y = 0; y < height; y += 1) fillRow(picture, made, y, from);
  return made;
}

function sizeOf([topLeft, topRight, bottomRight, bottomLeft]: Corners, longest: number): [number, number] {
  const width = Math.max(distance(topLeft, topRight), distance(bottomLeft, bottomRight));
  const height = Math.max(distance(topLeft, bottomLeft), distance(topRight, bottomRight));
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

type Matrix = readonly [number, number, number, number, number, number, number, number];

/** The projective map from the unit square to four corners (Heckbert 1989). */
function perspective([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: Corners): Matrix {
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const whole = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / whole;
  const h = (dx1 * dy3 - dx3 * dy1) / whole;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h];
}

function fillRow(picture: Picture, made: Picture, y: number, [a, b, c, d, e, f, g, h]: Matrix): void {
  const { width, height, data } = picture;
  const v = (y + 0.5) / made.height;
  for (let x = 0; x < made.width; x += 1) {
    const u = (x + 0.5) / made.width;
    const depth = g * u + h * v + 1;
    const fromX = Math.min(width - 1, Math.max(0, (a * u + b * v + c) / depth - 0.5));
    const fromY = Math.min(height - 1, Math.max(0, (d * u + e * v + f) / depth - 0.5));
    const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
    const [right, below] = [left < width - 1 ? 4 : 0, top < height - 1 ? 4 * width : 0];
    const [partX, partY] = [fromX - left, fromY - top];
    const at = 4 * (top * width + left);
    const to = 4 * (y * made.width + x);
    for (let channel = 0; channel < 3; channel += 1) {
      const near = at + channel;
      const upper = data[near]! * (1 - partX) + data[near + right]! * partX;
      const lower = data[near + below]! * (1 - partX) + data[near + below + right]! * partX;
      made.data[to + channel] = upper * (1 - partY) + lower * partY;
    }
    made.data[to + 3] = 255;
  }
}
