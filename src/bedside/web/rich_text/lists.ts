/** Lists: made, changed into the other kind, taken away, and never deeper than can be printed. */
import { setBlockType } from "prosemirror-commands";
import type { Node, NodeType } from "prosemirror-model";
import { liftListItem, sinkListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, EditorState, type Transaction } from "prosemirror-state";
import { DEEPEST, schema } from "./schema";

const { bullet_list, list_item, ordered_list, paragraph } = schema.nodes;

function isList(type: NodeType): boolean {
  return type === bullet_list || type === ordered_list;
}

/** The list around the selection, and where it begins. */
export function listAround({ selection: { $from } }: EditorState): { list: Node; at: number } | null {
  for (let depth = $from.depth; depth > 0; depth--) {
    if (isList($from.node(depth).type)) return { list: $from.node(depth), at: $from.before(depth) };
  }
  return null;
}

export const liftItem: Command = liftListItem(list_item);

/** What is done on what another command makes of the state. */
function after(first: Command, second: Command): Command {
  return (state, dispatch) => {
    let made: Transaction | undefined;
    if (!first(state, (tr) => (made = tr)) || !made) return second(state, dispatch);
    const before = made;
    const { doc, selection } = made;
    return second(EditorState.create({ doc, selection }), dispatch && ((tr) => dispatch(joined(before, tr))));
  };
}

function joined(first: Transaction, second: Transaction): Transaction {
  for (const step of second.steps) first.step(step);
  return first.scrollIntoView();
}

/** A list of this kind, or none where there is one. */
export function toggleList(type: NodeType): Command {
  const made = after(setBlockType(paragraph), wrapInList(type));
  return (state, dispatch) => {
    const around = listAround(state);
    if (!around) return made(state, dispatch);
    if (around.list.type === type) return liftItem(state, dispatch);
    dispatch?.(state.tr.setNodeMarkup(around.at, type));
    return true;
  };
}

/** Puts an item into the list of the one before it, unless that is too deep to be printed. */
export const sinkItem: Command = (state, dispatch) => {
  let made: Transaction | undefined;
  if (!sinkListItem(list_item)(state, (tr) => (made = tr)) || !made || tooDeep(made.doc)) return false;
  dispatch?.(made.scrollIntoView());
  return true;
};

/** The first list that has no room for its words at this depth, and where it begins. */
export function tooDeep(doc: Node): { list: Node; at: number } | null {
  let found: { list: Node; at: number } | null = null;
  doc.descendants((node, at) => {
    if (found) return false;
    // A list holds items, which hold paragraphs: both lie deeper.
    if (isList(node.type) && doc.resolve(at).depth + 2 > DEEPEST) found = { list: node, at };
    return !found && !node.isTextblock;
  });
  return found;
}

/** Makes paragraphs of the lists that are too deep. */
export function flattened(tr: Transaction): boolean {
  let deep = tooDeep(tr.doc);
  if (!deep) return false;
  while (deep) {
    const words: Node[] = [];
    deep.list.descendants((node) => {
      if (node.isTextblock) words.push(node);
      return !node.isTextblock;
    });
    tr.replaceWith(deep.at, deep.at + deep.list.nodeSize, words);
    deep = tooDeep(tr.doc);
  }
  return true;
}
