import assert from "node:assert/strict";
import { test } from "node:test";
import { splitListItem } from "prosemirror-schema-list";
import { type Command, EditorState } from "prosemirror-state";
import { mending } from "./keeping";
import { liftItem, sinkItem, toggleList } from "./lists";
import { documentOf, jsonOf, schema } from "./schema";

const { bullet_list, heading, list_item, ordered_list } = schema.nodes;

function blank(): EditorState {
  return EditorState.create({ doc: documentOf(""), plugins: [mending] });
}

function done(state: EditorState, ...commands: Command[]): EditorState {
  let now = state;
  for (const command of commands) assert.ok(command(now, (tr) => (now = now.apply(tr))));
  return now;
}

const typed: Command = (state, dispatch) => {
  dispatch?.(state.tr.insertText("x"));
  return true;
};

test("a list is made, changed into the other kind, and taken away", () => {
  const bullets = done(blank(), typed, toggleList(bullet_list));
  assert.equal(bullets.doc.firstChild?.type, bullet_list);
  const numbers = done(bullets, toggleList(ordered_list));
  assert.equal(numbers.doc.firstChild?.type, ordered_list);
  assert.equal(done(numbers, toggleList(ordered_list)).doc.firstChild?.textContent, "x");
});

test("a heading becomes an item as a paragraph", () => {
  const made: Command = (state, dispatch) => {
    dispatch?.(state.tr.setBlockType(1, 1, heading, { level: 1 }));
    return true;
  };
  const state = done(blank(), made, typed, toggleList(bullet_list));
  assert.match(jsonOf(state.doc), /"list_item","content":\[\{"type":"paragraph"/);
});

test("lists are five deep at most", () => {
  let state = done(blank(), typed, toggleList(bullet_list));
  let depth = 1;
  const again = splitListItem(list_item);
  for (;;) {
    state = done(state, again, typed);
    if (!sinkItem(state)) break;
    state = done(state, sinkItem);
    depth++;
  }
  assert.equal(depth, 5);
  assert.ok(done(state, liftItem));
});

test("a list that came out too deep becomes paragraphs", () => {
  const nest = (depth: number): object => ({
    type: "bullet_list",
    content: [
      {
        type: "list_item",
        content: [
          { type: "paragraph", content: [{ type: "text", text: `${depth}` }] },
          ...(depth < 8 ? [nest(depth + 1)] : []),
        ],
      },
    ],
  });
  const deep = schema.nodeFromJSON(nest(1));
  const state = blank().apply(blank().tr.insert(0, deep));
  assert.equal(state.doc.textContent, "12345678");
  assert.equal(jsonOf(state.doc).split("bullet_list").length - 1, 5);
});
