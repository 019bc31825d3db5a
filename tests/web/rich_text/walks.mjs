/** Documents that somebody makes with the editor by whatever comes to mind: for test_schema.py. */

import { baseKeymap } from "prosemirror-commands";
import { history } from "prosemirror-history";
import { splitListItem } from "prosemirror-schema-list";
import { EditorState, NodeSelection, TextSelection } from "prosemirror-state";
import { breakLine, commands } from "../../../src/bedside/web/rich_text/commands";
import { limit, mending } from "../../../src/bedside/web/rich_text/keeping";
import { removeLink, setLink } from "../../../src/bedside/web/rich_text/links";
import { documentOf, jsonOf, schema } from "../../../src/bedside/web/rich_text/schema";
import { clearCells, goToCell, writeAbove } from "../../../src/bedside/web/rich_text/tables";

/** Numbers from 0 to 1 that are the same each time. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const WORDS = ["a rash", "ü", "نعم", "[[name]]", " ", "😀", "\ud83d", "\u0000", "<b>", "\t"];
const typed = (words) => (state, dispatch) => dispatch(state.tr.insertText(words));
const ACTS = [
  ...Object.values(commands),
  ...Object.values(baseKeymap),
  ...WORDS.map(typed),
  ...WORDS.map(typed),
  splitListItem(schema.nodes.list_item),
  breakLine,
  setLink("https://clinic.example/"),
  removeLink,
  clearCells,
  goToCell(1),
  goToCell(-1),
  writeAbove,
];

/** Another place, or a stretch of the document, or one thing in it. */
function elsewhere(state, random) {
  const place = () => state.doc.resolve(Math.floor(random() * (state.doc.content.size + 1)));
  if (random() < 0.1) {
    const at = place();
    if (at.nodeAfter && !at.nodeAfter.isText) return state.tr.setSelection(NodeSelection.create(state.doc, at.pos));
  }
  const anchor = place();
  return state.tr.setSelection(TextSelection.between(anchor, random() < 0.5 ? anchor : place()));
}

/** Pastes a stretch of the document somewhere. */
function copied(state, random) {
  const [one, other] = [random(), random()].map((part) => Math.floor(part * state.doc.content.size));
  const slice = state.doc.slice(Math.min(one, other), Math.max(one, other));
  return slice.size < 2_000 ? state.tr.replaceSelection(slice) : state.tr;
}

/** What is written after each act of a walk. */
export function walk({ seed, steps, start }) {
  const random = numbers(seed);
  let state = EditorState.create({ doc: documentOf(start), plugins: [history(), mending, limit] });
  const seen = new Set();
  for (let step = 0; step < steps; step++) {
    const choice = random();
    if (choice < 0.25) state = state.apply(elsewhere(state, random));
    else if (choice < 0.35) state = state.apply(copied(state, random));
    else
      ACTS[Math.floor(random() * ACTS.length)](state, (tr) => {
        state = state.apply(tr);
      });
    state.doc.check();
    seen.add(jsonOf(state.doc));
  }
  return [...seen];
}
