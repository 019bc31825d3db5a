/** What a rich text keeps to, whatever is done to it. */
import { Fragment } from "prosemirror-model";
import { Plugin, type Transaction } from "prosemirror-state";
import { flattened } from "./lists";
import { jsonOf, LONGEST } from "./schema";
import { mended } from "./tables";

/** Fills what must not be empty: words that are replaced from outside of a cell or an item may leave it so. */
function filled(tr: Transaction): boolean {
  const empty: { at: number; content: Fragment }[] = [];
  tr.doc.descendants((node, at) => {
    if (node.childCount === 0 && !node.type.validContent(Fragment.empty))
      empty.push({ at: at + 1, content: node.type.contentMatch.fillBefore(Fragment.empty, true)! });
    return !node.isTextblock;
  });
  for (const { at, content } of empty.reverse()) tr.insert(at, content);
  return empty.length > 0;
}

/** After each change tables are whole, and no list is deeper than can be printed. */
export const mending = new Plugin({
  appendTransaction: (transactions, _before, { tr }) => {
    if (!transactions.some((one) => one.docChanged)) return null;
    return [filled(tr), mended(tr), flattened(tr)].includes(true) ? tr : null;
  },
});

/** Refuses what would make the text longer than the server takes. */
export const limit = new Plugin({
  filterTransaction: (tr, before) => {
    if (!tr.docChanged) return true;
    const length = jsonOf(tr.doc).length;
    return length <= LONGEST || length <= jsonOf(before.doc).length;
  },
});
