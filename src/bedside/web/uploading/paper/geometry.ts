/** Points and four corners, from the top left on, clockwise. */
export type Point = readonly [x: number, y: number];
export type Corners = readonly [Point, Point, Point, Point];

/** Pixels as a canvas has them: red, green, blue and opacity of each. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

export const WHOLE: Corners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by);
}

/** Twice the area on the left of the way from one point by another to a third. */
export function turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

export function areaOf(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length]!;
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

/** Whether four corners go around without crossing, as a sheet of paper does. */
export function isSheet(corners: Corners): boolean {
  return corners.every((corner, index) => turn(corner, corners[(index + 1) % 4]!, corners[(index + 2) % 4]!) > 0);
}

/** Four points in the order of `Corners`: clockwise, the first the one nearest to the top left. */
export function inOrder(points: readonly Point[]): Corners {
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length);
  const around = [...points].sort(
    (one, other) =>
      Math.atan2(one[1] - middle[1]!, one[0] - middle[0]!) - Math.atan2(other[1] - middle[1]!, other[0] - middle[0]!),
  );
  const sums = around.map(([x, y]) => x + y);
  const first = sums.indexOf(Math.min(...sums));
  return [0, 1, 2, 3].map((index) => around[(first + index) % 4]!) as unknown as Corners;
}

/** The smallest outline without dents around points (Andrew's monotone chain). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const half = (given: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of given) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
