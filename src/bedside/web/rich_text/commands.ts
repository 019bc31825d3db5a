/** What the toolbar and the keys of a rich text do, by name. */
import { chainCommands, exitCode, setBlockType, toggleMark } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import type { NodeType } from "prosemirror-model";
import type { Command, EditorState } from "prosemirror-state";
import { NodeSelection, TextSelection } from "prosemirror-state";
import { liftItem, listAround, sinkItem, toggleList } from "./lists";
import { schema } from "./schema";
import { addColumn, addRow, insertTable, removeColumn, removeRow, removeTable } from "./tables";

const { bullet_list, hard_break, heading, ordered_list, page_break, paragraph } = schema.nodes;
const { strong } = schema.marks;

/** A new page after the paragraph, or where it is cut in two. */
const breakPage: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth !== 1 || !(state.selection instanceof TextSelection)) return false;
  const tr = state.tr.deleteSelection();
  const { parent } = tr.selection.$from;
  if (parent.content.size === 0) tr.insert(tr.selection.$from.before(), page_break.create());
  else tr.split(tr.selection.from).insert(tr.selection.$from.before(), page_break.create());
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** A new line in the same paragraph. */
export const breakLine: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(hard_break.create()).scrollIntoView());
  return true;
});

export const commands: Readonly<Record<string, Command>> = {
  bold: toggleMark(strong),
  bullets: toggleList(bullet_list),
  numbers: toggleList(ordered_list),
  outdent: liftItem,
  indent: sinkItem,
  "page-break": breakPage,
  "table-insert": insertTable,
  "row-add": addRow,
  "row-remove": removeRow,
  "column-add": addColumn,
  "column-remove": removeColumn,
  "table-remove": removeTable,
  undo,
  redo,
  "style-0": setBlockType(paragraph),
  "style-1": setBlockType(heading, { level: 1 }),
  "style-2": setBlockType(heading, { level: 2 }),
};

/** The style of the selected block: 0 for a paragraph, else the level of a heading. */
export function styleOfBlock({ selection }: EditorState): number {
  const block = selection instanceof NodeSelection ? selection.node : selection.$from.parent;
  return block.type === heading ? (block.attrs.level as number) : 0;
}

/** Whether a button that stays pressed is pressed now. */
export function isPressed(state: EditorState, name: string): boolean {
  if (name === "bold") return isBold(state);
  const list = listAround(state)?.list.type;
  const kinds: Record<string, NodeType> = { bullets: bullet_list, numbers: ordered_list };
  return list !== undefined && list === kinds[name];
}

function isBold({ selection, doc, storedMarks }: EditorState): boolean {
  const { from, to, empty, $from } = selection;
  if (empty) return strong.isInSet(storedMarks ?? $from.marks()) !== undefined;
  return doc.rangeHasMark(from, to, strong);
}
