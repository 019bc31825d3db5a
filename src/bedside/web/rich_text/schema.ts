/**
 * What a rich text may hold: the schema of bedside/printing/body.py, with the same names and
 * attributes. tests/web/rich_text/test_schema.py compares the two.
 */
import { type Mark, type Node, Schema } from "prosemirror-model";

/** Characters of a rich text as JSON. */
export const LONGEST = 200_000;
/** How deep a node may lie below a block of the document: lists within lists, and lists in tables. */
export const DEEPEST = 10;
export const MOST_COLUMNS = 8;
const LONGEST_ADDRESS = 2_000;
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)[^\p{White_Space}]+$/iu;

/** Whether a link may lead there. */
export function isAddress(href: string): boolean {
  const letters = [...href];
  const isPlain = letters.every((letter) => letter >= " "); // no control characters
  return letters.length <= LONGEST_ADDRESS && isPlain && ADDRESS.test(href);
}

function requireAddress(href: unknown): void {
  if (typeof href !== "string" || !isAddress(href)) throw new RangeError("not an address");
}

function requireLevel(level: unknown): void {
  if (level !== 1 && level !== 2) throw new RangeError("not a level");
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: {
      group: "block item_block",
      content: "inline*",
      parseDOM: [{ tag: "p" }],
      toDOM: () => ["p", 0],
    },
    heading: {
      attrs: { level: { validate: requireLevel } },
      group: "block",
      content: "inline*",
      defining: true,
      // The page has the h1. What is pasted gets its level from paste.ts.
      parseDOM: [1, 2].map((level) => ({ tag: `[data-level="${level}"]`, attrs: { level } })),
      toDOM: ({ attrs: { level } }) => [`h${level + 1}`, { "data-level": level }, 0],
    },
    bullet_list: {
      group: "block item_block",
      content: "list_item+",
      parseDOM: [{ tag: "ul" }],
      toDOM: () => ["ul", { dir: "auto" }, 0],
    },
    ordered_list: {
      group: "block item_block",
      content: "list_item+",
      parseDOM: [{ tag: "ol" }],
      toDOM: () => ["ol", { dir: "auto" }, 0],
    },
    list_item: { content: "item_block+", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    table: {
      group: "block",
      content: "table_row+",
      isolating: true,
      parseDOM: [{ tag: "table" }],
      toDOM: () => ["table", { dir: "auto" }, ["tbody", 0]],
    },
    table_row: {
      content: `(table_cell | table_header){1,${MOST_COLUMNS}}`,
      parseDOM: [{ tag: "tr" }],
      toDOM: () => ["tr", 0],
    },
    table_cell: { content: "item_block+", isolating: true, parseDOM: [{ tag: "td" }], toDOM: () => ["td", 0] },
    table_header: {
      content: "item_block+",
      isolating: true,
      parseDOM: [{ tag: "th" }],
      toDOM: () => ["th", { scope: "col" }, 0],
    },
    page_break: {
      group: "block",
      parseDOM: [{ tag: "hr[data-page-break]" }],
      toDOM: () => ["hr", { "data-page-break": "" }],
    },
    text: { group: "inline" },
    hard_break: {
      group: "inline",
      inline: true,
      selectable: false,
      leafText: () => "\n",
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
    },
  },
  marks: {
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
    link: {
      attrs: { href: { validate: requireAddress } },
      inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: (link) => addressOf(link.getAttribute("href")) }],
      toDOM: ({ attrs: { href } }) => ["a", { href, rel: "noopener noreferrer" }, 0],
    },
  },
});

function addressOf(said: string | null): { href: string } | false {
  const href = said?.trim() ?? "";
  return isAddress(href) ? { href } : false;
}

interface Json {
  type: string;
  attrs?: Record<string, unknown>;
  text?: string;
  marks?: Json[];
  content?: Json[];
}

const written = new WeakMap<Node, string>();

/** The document as the server reads it. */
export function jsonOf(doc: Node): string {
  let json = written.get(doc);
  if (json === undefined) {
    json = JSON.stringify(plainOf(doc));
    written.set(doc, json);
  }
  return json;
}

/** What only a document in the making has is left out: headings without words, breaks in bold. */
function plainOf(node: Node): Json {
  if (node.isText) return textOf(node);
  if (node.type === schema.nodes.heading && node.childCount === 0) return { type: "paragraph" };
  const content = node.children.map(plainOf);
  const attrs = node.type === schema.nodes.heading ? { attrs: { level: node.attrs.level } } : {};
  return { type: node.type.name, ...attrs, ...(content.length > 0 ? { content } : {}) };
}

/** Half of a letter of two halves, which no server takes, is written as one that is unknown. */
function textOf({ text = "", marks }: Node): Json {
  const plain = { type: "text", text: text.replace(/\p{Surrogate}/gu, "\uFFFD") };
  return marks.length > 0 ? { ...plain, marks: marks.map(markOf) } : plain;
}

function markOf({ type, attrs }: Mark): Json {
  return type === schema.marks.link ? { type: type.name, attrs: { href: attrs.href } } : { type: type.name };
}

/** The document that JSON describes; an empty one has a paragraph to write in. Throws for anything else. */
export function documentOf(json: string): Node {
  const empty = schema.node("doc", null, [schema.node("paragraph")]);
  if (json.trim() === "") return empty;
  const said = JSON.parse(json) as Json;
  if (said.type !== "doc") throw new RangeError("not a document");
  if (!said.content?.length) return empty;
  const doc = schema.nodeFromJSON(said);
  doc.check();
  return doc;
}
