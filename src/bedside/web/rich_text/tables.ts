/**
 * Tables: their first row names the columns, and all rows are as long as the longest. There are no
 * merged cells, so a column is the same place in each row.
 */
import type { Node, ResolvedPos } from "prosemirror-model";
import { type Command, type EditorState, Selection, TextSelection, type Transaction } from "prosemirror-state";
import { MOST_COLUMNS, schema } from "./schema";

const { page_break, paragraph, table, table_cell, table_header, table_row } = schema.nodes;
const ROW = 1;
const CELL = 2;

/** The cell that a place is in. */
interface Place {
  table: Node;
  /** Where the table begins. */
  at: number;
  row: number;
  column: number;
}

function placeOf($place: ResolvedPos): Place | null {
  for (let depth = $place.depth; depth > 0; depth--) {
    const node = $place.node(depth);
    if (node.type === table && $place.depth >= depth + CELL)
      return {
        table: node,
        at: $place.before(depth),
        row: $place.index(depth),
        column: $place.index(depth + ROW),
      };
  }
  return null;
}

/** The cell around the selection; null if the selection is not in one cell. */
export function cellAround({ selection: { $from, $to } }: EditorState): Place | null {
  const [here, there] = [placeOf($from), placeOf($to)];
  const isOne = here && there?.at === here.at && there.row === here.row && there.column === here.column;
  return isOne ? here : null;
}

function columnsOf(one: Node): number {
  return one.firstChild?.childCount ?? 0;
}

function emptyCell(isHeader: boolean): Node {
  return (isHeader ? table_header : table_cell).create(null, paragraph.create());
}

/** Where a cell begins. */
function cellAt({ table: one, at, row, column }: Place): number {
  let place = at + 1;
  for (let before = 0; before < row; before++) place += one.child(before).nodeSize;
  place += 1;
  for (let before = 0; before < column; before++) place += one.child(row).child(before).nodeSize;
  return place;
}

function rebuilt(one: Node, rows: readonly Node[]): Node {
  return one.type.create(null, rows);
}

function childrenOf(one: Node): Node[] {
  return [...one.children];
}

/** Puts another table in place, with the selection in one of its cells. */
function replace(tr: Transaction, place: Place, made: Node, row: number, column: number): Transaction {
  tr.replaceWith(place.at, place.at + place.table.nodeSize, made);
  const shown = { table: made, at: place.at, row, column };
  return tr.setSelection(Selection.near(tr.doc.resolve(cellAt(shown) + 1))).scrollIntoView();
}

function inCell(change: (place: Place, tr: Transaction) => Transaction | null): Command {
  return (state, dispatch) => {
    const place = cellAround(state);
    const tr = place && change(place, state.tr);
    if (!tr) return false;
    dispatch?.(tr);
    return true;
  };
}

/** Two columns with room for their names, and a row. */
export const insertTable: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth !== 1 || !state.selection.empty) return false;
  const row = (isHeader: boolean): Node => table_row.create(null, [emptyCell(isHeader), emptyCell(isHeader)]);
  const made = table.create(null, [row(true), row(false)]);
  const tr = state.tr;
  const at = $from.parent.content.size === 0 ? $from.before() : $from.after();
  if ($from.parent.content.size === 0) tr.replaceWith(at, $from.after(), made);
  else tr.insert(at, made);
  tr.setSelection(Selection.near(tr.doc.resolve(at + 1)));
  dispatch?.(tr.scrollIntoView());
  return true;
};

export const addRow = inCell((place, tr) => {
  const rows = childrenOf(place.table);
  const made = Array.from({ length: columnsOf(place.table) }, () => emptyCell(false));
  rows.splice(place.row + 1, 0, table_row.create(null, made));
  return replace(tr, place, rebuilt(place.table, rows), place.row + 1, place.column);
});

export const addColumn = inCell((place, tr) => {
  if (columnsOf(place.table) >= MOST_COLUMNS) return null;
  const rows = childrenOf(place.table).map((row, number) => {
    const cells = childrenOf(row);
    cells.splice(place.column + 1, 0, emptyCell(number === 0));
    return table_row.create(null, cells);
  });
  return replace(tr, place, rebuilt(place.table, rows), place.row, place.column + 1);
});

function gone(tr: Transaction, { table: one, at }: Place): Transaction {
  tr.replaceWith(at, at + one.nodeSize, paragraph.create());
  return tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView();
}

export const removeRow = inCell((place, tr) => {
  const rows = childrenOf(place.table);
  if (rows.length === 1) return gone(tr, place);
  rows.splice(place.row, 1);
  const made = rebuilt(place.table, [namesOf(rows[0]!), ...rows.slice(1)]);
  return replace(tr, place, made, Math.min(place.row, rows.length - 1), place.column);
});

export const removeColumn = inCell((place, tr) => {
  const columns = columnsOf(place.table);
  if (columns === 1) return gone(tr, place);
  const rows = childrenOf(place.table).map((row) =>
    table_row.create(
      null,
      childrenOf(row).filter((_cell, column) => column !== place.column),
    ),
  );
  return replace(tr, place, rebuilt(place.table, rows), place.row, Math.min(place.column, columns - 2));
});

export const removeTable = inCell((place, tr) => gone(tr, place));

/** Goes to the next cell, or the one before; from the last one on, Tab leaves the table. */
export function goToCell(direction: 1 | -1): Command {
  return (state, dispatch) => {
    const place = cellAround(state);
    if (!place) return false;
    const columns = columnsOf(place.table);
    const next = place.row * columns + place.column + direction;
    if (next < 0 || next >= columns * place.table.childCount) return false;
    const cell = { ...place, row: Math.floor(next / columns), column: next % columns };
    const start = cellAt(cell) + 1;
    const end = start + place.table.child(cell.row).child(cell.column).content.size;
    const [from, to] = [state.doc.resolve(start), state.doc.resolve(end)];
    dispatch?.(state.tr.setSelection(TextSelection.between(from, to)).scrollIntoView());
    return true;
  };
}

/** Room for words above a table that begins the document. */
export const writeAbove: Command = (state, dispatch) => {
  const place = cellAround(state);
  if (place?.at !== 0 || place.row !== 0) return false;
  const tr = state.tr.insert(0, paragraph.create());
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, 1)).scrollIntoView());
  return true;
};

/** Empties what is selected in several cells, which stay. */
export const clearCells: Command = (state, dispatch) => {
  const { $from, $to, from, to } = state.selection;
  const [here, there] = [placeOf($from), placeOf($to)];
  if (!here || here.at !== there?.at || (here.row === there.row && here.column === there.column)) return false;
  const tr = state.tr;
  const words: [number, number][] = [];
  state.doc.nodesBetween(from, to, (node, at) => {
    if (node.isTextblock) words.push([Math.max(from, at + 1), Math.min(to, at + 1 + node.content.size)]);
  });
  for (const [start, end] of words.reverse()) if (end > start) tr.delete(start, end);
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(from))).scrollIntoView());
  return true;
};

// --- what every table has to be ------------------------------------------------------------------

function namesOf(row: Node): Node {
  return table_row.create(
    null,
    childrenOf(row).map((cell) => table_header.create(null, cell.content)),
  );
}

function isWhole(one: Node): boolean {
  const columns = columnsOf(one);
  const isNamed = childrenOf(one.firstChild!).every((cell) => cell.type === table_header);
  return isNamed && childrenOf(one).every((row) => row.childCount === columns);
}

/** The table with names in its first row, and empty cells where a row was shorter. */
function whole(one: Node): Node {
  const rows = childrenOf(one);
  const columns = Math.max(...rows.map((row) => row.childCount));
  const filled = rows.map((row) => {
    const missing = Array.from({ length: columns - row.childCount }, () => emptyCell(false));
    return table_row.create(null, [...childrenOf(row), ...missing]);
  });
  return rebuilt(one, [namesOf(filled[0]!), ...filled.slice(1)]);
}

/** Makes the tables whole, and leaves room for words after one that ends the document. */
export function mended(tr: Transaction): boolean {
  const before = tr.steps.length;
  const tables: { one: Node; at: number }[] = [];
  tr.doc.forEach((one, at) => {
    if (one.type === table && !isWhole(one)) tables.push({ one, at });
  });
  for (const { one, at } of tables.reverse()) tr.replaceWith(at, at + one.nodeSize, whole(one));
  const last = tr.doc.lastChild?.type;
  if (last === table || last === page_break) tr.insert(tr.doc.content.size, paragraph.create());
  return tr.steps.length > before;
}
