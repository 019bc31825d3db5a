/**
 * Makes a page easy to read: paper becomes white whatever shadow lies on it, and print dark. How bright
 * the paper is, is measured in tiles, and taken smoothly from one to the next.
 */
import type { Picture } from "./geometry";

const TILE = 48;
/** The part of a tile's pixels that are darker than its paper at the most. */
const PAPER = 0.9;
/** From here on it is print, up to there paper, as parts of the paper's brightness. */
const [DARK, LIGHT] = [0.35, 0.88];

/** Changes the picture itself. */
export function cleared(picture: Picture): Picture {
  const { width, height, data } = picture;
  const paper = new Tiles(picture);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = 4 * (y * width + x);
      const part = grey(data, at) / paper.at(x, y);
      const value = 255 * Math.min(1, Math.max(0, (part - DARK) / (LIGHT - DARK)));
      data[at] = data[at + 1] = data[at + 2] = value;
    }
  }
  return picture;
}

function grey(data: Uint8ClampedArray, at: number): number {
  return 0.3 * data[at]! + 0.59 * data[at + 1]! + 0.11 * data[at + 2]!;
}

class Tiles {
  private readonly columns: number;
  private readonly rows: number;
  private readonly bright: Float32Array;

  constructor({ width, height, data }: Picture) {
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
    this.bright = new Float32Array(this.columns * this.rows);
    for (let row = 0; row < this.rows; row += 1)
      for (let column = 0; column < this.columns; column += 1)
        this.bright[row * this.columns + column] = paperIn(data, width, height, column * TILE, row * TILE);
  }

  at(x: number, y: number): number {
    const column = Math.min(this.columns - 1, Math.max(0, (x + 0.5) / TILE - 0.5));
    const row = Math.min(this.rows - 1, Math.max(0, (y + 0.5) / TILE - 0.5));
    const [left, top] = [Math.floor(column), Math.floor(row)];
    const [right, below] = [Math.min(left + 1, this.columns - 1), Math.min(top + 1, this.rows - 1)];
    const tile = (c: number, r: number): number => this.bright[r * this.columns + c]!;
    const upper = tile(left, top) * (1 - (column - left)) + tile(right, top) * (column - left);
    const lower = tile(left, below) * (1 - (column - left)) + tile(right, below) * (column - left);
    return upper * (1 - (row - top)) + lower * (row - top);
  }
}

function paperIn(data: Uint8ClampedArray, width: number, height: number, left: number, top: number): number {
  const counts = new Uint32Array(256);
  let all = 0;
  for (let y = top; y < Math.min(height, top + TILE); y += 2)
    for (let x = left; x < Math.min(width, left + TILE); x += 2) {
      counts[Math.round(grey(data, 4 * (y * width + x)))]! += 1;
      all += 1;
    }
  let below = 0;
  for (let value = 0; value < 256; value += 1) {
    below += counts[value]!;
    if (below >= PAPER * all) return Math.max(32, value);
  }
  return 255;
}
