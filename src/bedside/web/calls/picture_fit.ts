/** How a picture is laid into its place, as numbers: nothing here touches the page. */

const LARGEST_ZOOM = 4;

export interface Size {
  width: number;
  height: number;
}

export interface Zoom {
  /** 1 is the whole picture. */
  scale: number;
  /** How far its middle is moved, in shares of the place's width and height. */
  x: number;
  y: number;
}

export const NO_ZOOM: Zoom = { scale: 1, x: 0, y: 0 };

/** Zooms in or out around the middle, and keeps the picture in its place. */
export function zoomed(zoom: Zoom, factor: number): Zoom {
  const scale = Math.min(LARGEST_ZOOM, Math.max(1, zoom.scale * factor));
  return kept({ ...zoom, scale });
}

/** Moves a zoomed picture by shares of its place. */
export function moved(zoom: Zoom, x: number, y: number): Zoom {
  return kept({ ...zoom, x: zoom.x + x, y: zoom.y + y });
}

function kept({ scale, x, y }: Zoom): Zoom {
  const most = (scale - 1) / 2;
  const within = (value: number): number => Math.min(most, Math.max(-most, value)) + 0; // never -0
  return { scale, x: within(x), y: within(y) };
}

/**
 * How many pictures stand side by side, so that the smallest of them is as large as it can be.
 * `ratios` are width by height of each picture.
 */
export function columnsFor(ratios: readonly number[], place: Size): number {
  let [columns, largest] = [1, 0];
  for (let tried = 1; tried <= ratios.length; tried += 1) {
    const cell = { width: place.width / tried, height: place.height / Math.ceil(ratios.length / tried) };
    const smallest = Math.min(...ratios.map((ratio) => shownArea(ratio, cell)));
    if (smallest > largest) [columns, largest] = [tried, smallest];
  }
  return columns;
}

function shownArea(ratio: number, cell: Size): number {
  const width = Math.min(cell.width, cell.height * ratio);
  return (width * width) / ratio;
}
