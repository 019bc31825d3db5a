/** Tables as they are pasted: merged cells are split, the first row names the columns. */
import { renamed } from "./pasted_markup";
import { MOST_COLUMNS } from "./schema";

/** Spans that no table of words has; whatever says more is a mistake or an attack. */
const MOST_SPANNED = 50;

/** Makes tables that the schema has of all tables. */
export function pastedTables(body: HTMLElement): void {
  // From within: a table in a cell becomes its words.
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    const isInside = table.parentElement?.closest("table, li") !== null;
    if (isInside || isLayout(table)) wordsOf(table);
    else rebuild(table);
  }
}

/** A table of one cell puts words in their place. */
function isLayout(table: HTMLTableElement): boolean {
  return table.rows.length === 0 || (table.rows.length === 1 && table.rows[0]!.cells.length <= 1);
}

function wordsOf(table: HTMLTableElement): void {
  const blocks = [...table.rows].flatMap((row) => [...row.cells]).map((cell) => renamed(cell, "div"));
  table.replaceWith(...blocks);
}

function rebuild(table: HTMLTableElement): void {
  const page = table.ownerDocument;
  const cells = gridOf(table);
  const columns = Math.max(...cells.map((row) => row.length));
  const rows = cells.map((row, number) => {
    const made = page.createElement("tr");
    for (let column = 0; column < Math.min(columns, MOST_COLUMNS); column++) {
      const cell = page.createElement(number === 0 ? "th" : "td");
      cell.append(...(row[column]?.childNodes ?? []));
      made.append(cell);
    }
    for (const surplus of row.slice(MOST_COLUMNS)) if (surplus) made.lastElementChild!.append(renamed(surplus, "div"));
    return made;
  });
  const whole = page.createElement("table");
  whole.append(...rows);
  table.replaceWith(whole);
}

/** The cells by row and column; where one reaches over others, there is nothing. */
function gridOf(table: HTMLTableElement): (HTMLTableCellElement | null)[][] {
  const grid: (HTMLTableCellElement | null)[][] = [...table.rows].map(() => []);
  [...table.rows].forEach((row, number) => {
    let column = 0;
    for (const cell of row.cells) {
      while (grid[number]![column] !== undefined) column++;
      const [wide, high] = [Math.min(cell.colSpan, MOST_SPANNED), Math.min(cell.rowSpan, MOST_SPANNED)];
      for (let below = number; below < Math.min(number + high, grid.length); below++)
        for (let beside = column; beside < column + wide; beside++) grid[below]![beside] = null;
      grid[number]![column] = cell;
      column += wide;
    }
  });
  return grid.map((row) => Array.from(row, (cell) => cell ?? null)).filter((row) => row.length > 0);
}
