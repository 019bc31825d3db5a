import assert from "node:assert/strict";
import { test } from "node:test";
import { cleared } from "./clear";
import { findPaper } from "./edges";
import { type Corners, hull, inOrder, isSheet, type Picture, type Point, turn, WHOLE } from "./geometry";
import { pdfOf } from "./pdf";
import { straightened } from "./straighten";

type Colour = readonly [number, number, number];
const WOOD: Colour = [120, 84, 50];
const PAPER: Colour = [236, 234, 228];
const INK: Colour = [30, 30, 34];

function painted(width: number, height: number, colour: (x: number, y: number) => Colour): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) data.set([...colour(x, y), 255], 4 * (y * width + x));
  return { width, height, data };
}

function isInside(corners: Corners, point: Point): boolean {
  return corners.every((corner, index) => turn(corner, corners[(index + 1) % 4]!, point) >= 0);
}

/** A photo of a sheet that lies somewhere; `shade` darkens it from left to right. */
function photo(corners: Corners, paper = PAPER, table = WOOD, shade = 0): Picture {
  const at = corners.map(([x, y]) => [x * 300, y * 400] as const) as unknown as Corners;
  return painted(300, 400, (x, y) => {
    const light = 1 - (shade * x) / 300;
    const isInk = isInside(at, [x, y]) && y % 24 < 4 && x % 9 < 6;
    const colour = isInk ? INK : isInside(at, [x, y]) ? paper : table;
    return colour.map((value) => value * light) as unknown as Colour;
  });
}

function assertNear(found: Corners | null, wanted: Corners, within = 0.025): void {
  assert.ok(found);
  found.forEach(([x, y], index) => {
    const [wantedX, wantedY] = wanted[index]!;
    assert.ok(Math.abs(x - wantedX) < within && Math.abs(y - wantedY) < within, `${found} instead of ${wanted}`);
  });
}

const SLANTED: Corners = [
  [0.15, 0.1],
  [0.85, 0.16],
  [0.92, 0.88],
  [0.08, 0.94],
];

test("a sheet on a table is found, seen from the side", () => assertNear(findPaper(photo(SLANTED)), SLANTED));

test("a shadow over it does not hide it", () => assertNear(findPaper(photo(SLANTED, PAPER, WOOD, 0.35)), SLANTED));

test("a sheet that is turned is found, and its corners are in order", () => {
  const turned: Corners = [
    [0.5, 0.06],
    [0.93, 0.45],
    [0.5, 0.92],
    [0.09, 0.52],
  ];
  const found = findPaper(photo(turned));
  assert.ok(found && isSheet(found));
  for (const corner of turned) assert.ok(found.some(([x, y]) => Math.hypot(x - corner[0], y - corner[1]) < 0.03));
});

test("where no paper stands out it says so, and does not guess", () => {
  assert.equal(findPaper(painted(300, 400, () => PAPER)), null);
  assert.equal(findPaper(painted(300, 400, () => WOOD)), null);
  const spots = painted(300, 400, (x, y) => (x % 60 < 20 && y % 60 < 20 ? PAPER : WOOD));
  assert.equal(findPaper(spots), null);
  const ring = painted(300, 400, (x, y) => (Math.abs(Math.hypot(x - 150, y - 200) - 120) < 15 ? PAPER : WOOD));
  assert.equal(findPaper(ring), null);
});

test("a page is straightened: its corners become those of the picture", () => {
  const marks: Colour[] = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
  ];
  const at = SLANTED.map(([x, y]) => [x * 300, y * 400] as const);
  const picture = painted(300, 400, (x, y) => {
    const near = at.findIndex(([cornerX, cornerY]) => Math.hypot(x - cornerX, y - cornerY) < 14);
    return marks[near] ?? PAPER;
  });
  const page = straightened(picture, SLANTED);
  const colour = (x: number, y: number): number[] => [...page.data.slice(4 * (y * page.width + x)).slice(0, 3)];
  const [right, bottom] = [page.width - 2, page.height - 2];
  assert.deepEqual([colour(1, 1), colour(right, 1), colour(right, bottom), colour(1, bottom)], marks);
  assert.deepEqual(colour(Math.round(right / 2), Math.round(bottom / 2)), PAPER);
  assert.ok(page.height > page.width);
});

test("without slant nothing is changed, and a large picture becomes as small as a page needs", () => {
  const picture = photo(SLANTED);
  assert.deepEqual(straightened(picture, WHOLE).data, picture.data);
  const small = straightened(picture, WHOLE, 200);
  assert.deepEqual([small.width, small.height], [150, 200]);
});

test("a page in shadow becomes black on white", () => {
  const page = cleared(photo(WHOLE, PAPER, WOOD, 0.6));
  const grey = (x: number, y: number): number => page.data[4 * (y * page.width + x)]!;
  for (const x of [13, 150, 286]) {
    assert.ok(grey(x, 20) > 240, `paper at ${x} is ${grey(x, 20)}`);
    assert.ok(grey(x - (x % 9) + 2, 2) < 60, `print at ${x} is ${grey(x - (x % 9) + 2, 2)}`);
  }
});

test("corners in any order become a sheet, and a crossed one is none", () => {
  const [a, b, c, d] = SLANTED;
  for (const given of [
    [c, a, d, b],
    [b, d, a, c],
    [d, c, b, a],
  ])
    assert.deepEqual(inOrder(given), SLANTED);
  assert.ok(isSheet(SLANTED));
  assert.ok(!isSheet([a, c, b, d]));
  assert.deepEqual(hull([a, b, c, d, [0.5, 0.5]]).length, 4);
});

test("a PDF of pages says where each of its parts is", async () => {
  const jpegs = ["first picture", "the second one"].map((words) => new Blob([words]));
  const pdf = await pdfOf(jpegs.map((jpeg) => ({ jpeg, width: 1_000, height: 1_414 }))).text();
  const table = Number(/startxref\n(\d+)/.exec(pdf)?.[1]);
  assert.ok(pdf.slice(table).startsWith("xref\n0 9\n"));
  const places = [...pdf.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, place]) => Number(place));
  assert.deepEqual(
    places.map((place, index) => pdf.slice(place).startsWith(`${index + 1} 0 obj\n`)),
    places.map(() => true),
  );
  assert.match(pdf, /\/Count 2 \/Kids \[3 0 R 6 0 R\]/);
  for (const jpeg of jpegs) assert.ok(pdf.includes(`/Length ${jpeg.size} >>\nstream\n${await jpeg.text()}\nendstream`));
});
