/** Examining a photo on the phone: is it dark or blurred, and can it be made smaller? */
import type { Warning } from "./store";

const LOOK_AT = 480;
const TILES = 6;
const DARK_MEAN = 48;
const DARK_BRIGHT = 96;
const BLUR_DETAIL = 45;

/** Never fewer pixels than this: details of a skin change have to stay visible. */
export const LEAST_PIXELS = 2_000_000;
const QUALITIES = [0.88, 0.8, 0.72, 0.62];

/** The picture, upright; null if this browser cannot show its format (such as HEIC). */
export async function decoded(photo: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(photo, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

function drawn(picture: ImageBitmap, width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context?.drawImage(picture, 0, 0, width, height);
  return context;
}

/** Grey values, 0 to 255. */
function greys(context: CanvasRenderingContext2D, width: number, height: number): Float32Array {
  const { data } = context.getImageData(0, 0, width, height);
  const grey = new Float32Array(width * height);
  for (let index = 0; index < grey.length; index++) {
    const at = index * 4;
    grey[index] = 0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!;
  }
  return grey;
}

function isDark(grey: Float32Array): boolean {
  const sorted = Float32Array.from(grey).sort();
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return mean < DARK_MEAN && sorted[Math.floor(sorted.length * 0.95)]! < DARK_BRIGHT;
}

/** Variance of the Laplacian in each tile: how much fine detail there is. */
function detail(grey: Float32Array, width: number, height: number): number[] {
  const sums = new Float64Array(TILES * TILES);
  const squares = new Float64Array(TILES * TILES);
  const counts = new Float64Array(TILES * TILES);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const edge = grey[at - 1]! + grey[at + 1]! + grey[at - width]! + grey[at + width]! - 4 * grey[at]!;
      const tile = Math.floor((y * TILES) / height) * TILES + Math.floor((x * TILES) / width);
      sums[tile]! += edge;
      squares[tile]! += edge * edge;
      counts[tile]! += 1;
    }
  }
  return [...squares].map((square, tile) => square / counts[tile]! - (sums[tile]! / counts[tile]!) ** 2);
}

/** A sharp photo has fine detail somewhere, whatever smooth surface fills the rest of it. */
function isBlurred(grey: Float32Array, width: number, height: number): boolean {
  const best = detail(grey, width, height).sort((one, other) => other - one);
  return best[2]! < BLUR_DETAIL;
}

/** The warning for a photo, before it is sent. */
export function warningOf(picture: ImageBitmap): Warning {
  const scale = Math.min(1, LOOK_AT / Math.max(picture.width, picture.height));
  const width = Math.max(TILES * 3, Math.round(picture.width * scale));
  const height = Math.max(TILES * 3, Math.round(picture.height * scale));
  const context = drawn(picture, width, height);
  if (!context) return "";
  const grey = greys(context, width, height);
  if (isDark(grey)) return "dark";
  return isBlurred(grey, width, height) ? "blurred" : "";
}

/** Widths to try, from the full one down to where 2 megapixels are left. */
function scales(picture: ImageBitmap): number[] {
  const least = Math.min(1, Math.sqrt(LEAST_PIXELS / (picture.width * picture.height)));
  const steps = [1, 0.75, 0.55].filter((scale) => scale > least);
  return [...steps, least];
}

/**
 * A JPEG of at most `most` bytes with as much of the picture as fits, without location or any other
 * metadata; null if that is impossible with 2 megapixels.
 */
export async function madeSmaller(photo: Blob, most: number): Promise<Blob | null> {
  const picture = await decoded(photo);
  if (!picture) return null;
  try {
    for (const scale of scales(picture)) {
      // rounded up: rounding down could end below the least number of pixels
      const context = drawn(picture, Math.ceil(picture.width * scale), Math.ceil(picture.height * scale));
      if (!context) return null;
      for (const quality of QUALITIES) {
        const smaller = await new Promise<Blob | null>((resolve) =>
          context.canvas.toBlob(resolve, "image/jpeg", quality),
        );
        if (smaller && smaller.size <= most) return smaller;
      }
    }
    return null;
  } finally {
    picture.close();
  }
}
