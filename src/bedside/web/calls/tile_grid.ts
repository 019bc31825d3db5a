/** How many pictures a row has in a large group: as many as make them largest. */

/** From this many others on, the own picture has a place among theirs. */
export const MANY = 5;
const RATIO = 4 / 3;
/** A shared screen takes two thirds of the height. */
const SCREEN_SHARE = 2;

export interface Grid {
  columns: number;
  /** Rows that a shared screen spans; 0 when there is none. */
  screenRows: number;
}

/**
 * The grid for this many pictures of people, with or without a shared screen, in a space of that
 * size.
 */
export function gridFor(people: number, hasScreen: boolean, width: number, height: number): Grid {
  const room = hasScreen ? height / (1 + SCREEN_SHARE) : height;
  let columns = 1;
  let largest = 0;
  for (let tried = 1; tried <= people; tried += 1) {
    const rows = Math.ceil(people / tried);
    const size = Math.min(width / tried, (room / rows) * RATIO);
    if (size > largest) [columns, largest] = [tried, size];
  }
  return { columns, screenRows: hasScreen ? SCREEN_SHARE * Math.ceil(people / columns) : 0 };
}
