import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, EditorState, TextSelection } from "prosemirror-state";
import { mending } from "./keeping";
import { documentOf, schema } from "./schema";
import { addColumn, addRow, clearCells, goToCell, insertTable, removeColumn, removeRow, removeTable } from "./tables";

function blank(): EditorState {
  return EditorState.create({ doc: documentOf(""), plugins: [mending] });
}

function done(state: EditorState, ...commands: Command[]): EditorState {
  let now = state;
  for (const command of commands) assert.ok(command(now, (tr) => (now = now.apply(tr))));
  return now;
}

/** The kinds of the cells: “n” names a column, “.” does not. */
function shape(state: EditorState): string[] {
  const table = state.doc.children.find((one) => one.type === schema.nodes.table);
  return (table?.children ?? []).map((row) =>
    row.children.map((cell) => (cell.type === schema.nodes.table_header ? "n" : ".")).join(""),
  );
}

function typed(words: string): Command {
  return (state, dispatch) => {
    dispatch?.(state.tr.insertText(words));
    return true;
  };
}

test("a table begins with two names and a row, and there is room to write after it", () => {
  const state = done(blank(), insertTable);
  assert.deepEqual(shape(state), ["nn", ".."]);
  assert.equal(state.doc.lastChild?.type, schema.nodes.paragraph);
});

test("rows and columns are added and removed where the words are", () => {
  const state = done(blank(), insertTable, addColumn, addRow, addRow);
  assert.deepEqual(shape(state), ["nnn", "...", "...", "..."]);
  assert.deepEqual(shape(done(state, removeColumn, removeRow)), ["nn", "..", ".."]);
});

test("the next row names the columns when the first is removed", () => {
  const state = done(blank(), insertTable, removeRow);
  assert.deepEqual(shape(state), ["nn"]);
  assert.deepEqual(shape(done(state, removeRow)), []);
});

test("the last column and the whole table go", () => {
  assert.deepEqual(shape(done(blank(), insertTable, removeColumn, removeColumn)), []);
  assert.deepEqual(shape(done(blank(), insertTable, removeTable)), []);
});

test("there are at most eight columns", () => {
  const state = done(blank(), insertTable, ...Array<Command>(6).fill(addColumn));
  assert.deepEqual(shape(state)[0], "n".repeat(8));
  assert.equal(addColumn(state), false);
});

test("one goes from cell to cell, and out after the last", () => {
  const next = goToCell(1);
  const state = done(blank(), insertTable, typed("a"), next, typed("b"), next, typed("c"), next, typed("d"));
  assert.equal(state.doc.firstChild?.textContent, "abcd");
  assert.equal(next(state), false);
  assert.equal(done(state, goToCell(-1)).selection.$from.parent.textContent, "c");
});

test("deleting across cells empties them and keeps them", () => {
  const next = goToCell(1);
  let state = done(blank(), insertTable, typed("abc"), next, typed("def"), next, typed("ghi"));
  const places: number[] = [];
  state.doc.descendants((node, at) => void (node.isText && places.push(at)));
  state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, places[0]! + 1, places[2]! + 2)));
  state = done(state, clearCells);
  assert.deepEqual(shape(state), ["nn", ".."]);
  assert.equal(state.doc.firstChild?.textContent, "ai");
});

test("rows that came out unequal are filled up", () => {
  let state = done(blank(), insertTable, addRow);
  const last = state.doc.firstChild!.lastChild!;
  const at = state.doc.firstChild!.nodeSize - 1 - last.nodeSize;
  state = state.apply(state.tr.delete(at + 1, at + 1 + last.firstChild!.nodeSize));
  assert.deepEqual(shape(state), ["nn", "..", ".."]);
});
