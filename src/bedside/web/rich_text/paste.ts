/**
 * What is pasted from Word, Google Docs and web pages: the words, with what the schema has of their
 * form. Everything else is left behind. The markup is read into a document that is never shown: it
 * loads no pictures and runs no scripts.
 */
import { Fragment, type Node, Slice } from "prosemirror-model";
import { wordLists } from "./pasted_lists";
import { renamed, styleOf } from "./pasted_markup";
import { pastedTables } from "./pasted_tables";
import { schema } from "./schema";

const { hard_break, paragraph } = schema.nodes;

const NEVER =
  "template, xml, svg, math, img, picture, video, audio, iframe, object, embed, canvas, input, button, select, textarea, meta, link, title";
const HEADINGS = "h1, h2, h3, h4, h5, h6";
const BLOCKS =
  "p, h1, h2, h3, h4, h5, h6, ul, ol, li, table, div, hr, blockquote, pre, section, article, header, footer, td, th, tr, tbody, body";
const BOLD = 600;

/**
 * Markup whose styles, scripts and handlers are none: a content policy would complain of them, even in a
 * document that nobody sees. Bold letters, lists and page breaks of Word are read from `data-style`.
 */
export function withoutStyles(html: string): string {
  return html
    .replace(/<(\/?)(?:style|script)\b/gi, "<$1template")
    .replace(/<[a-z][^<>]*/gi, (tag) => tag.replace(/([\s/"'])(style|on[a-z]+)(?=\s*=)/gi, "$1data-$2"));
}

/** Pasted markup as markup of the schema. */
export function pasted(html: string): string {
  const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  if (!body.querySelector("[data-pm-slice]")) rework(body);
  headings(body);
  return body.innerHTML;
}

/** What another editor of this kind copied has its form already. */
function rework(body: HTMLElement): void {
  for (const one of body.querySelectorAll(NEVER)) one.remove();
  wordLists(body);
  pageBreaks(body);
  pastedTables(body);
  boldWords(body);
  preservedLines(body);
  emptyBlocks(body);
  lastBreaks(body);
}

/** Plain words: an empty line begins a paragraph, other lines stay lines (printing/body.py: of_plain). */
export function plainSlice(text: string): Slice {
  const paragraphs = text
    .replace(/\r\n?/g, "\n")
    .split(/\n(?:[ \t]*\n)+/)
    .map((part) => part.replace(/^\n+|\n+$/g, ""))
    .filter((part) => part.trim() !== "");
  return new Slice(
    Fragment.from(paragraphs.map(linesOf)),
    paragraphs.length > 0 ? 1 : 0,
    paragraphs.length > 0 ? 1 : 0,
  );
}

function linesOf(part: string): Node {
  const words = part.split("\n").flatMap((line, number) => {
    const text = line === "" ? [] : [schema.text(line)];
    return number === 0 ? text : [hard_break.create(), ...text];
  });
  return paragraph.create(null, words);
}

function isBlank(text: string | null): boolean {
  return (text ?? "").trim() === "";
}

function pageBreaks(body: HTMLElement): void {
  for (const one of body.querySelectorAll("br[data-style]")) {
    if (!/page-break-before:\s*always/i.test(styleOf(one))) continue;
    const line = body.ownerDocument.createElement("hr");
    line.setAttribute("data-page-break", "");
    one.replaceWith(line);
  }
}

/** Google Docs has a “b” that is not bold around everything, and bold words in spans. */
function boldWords(body: HTMLElement): void {
  for (const one of body.querySelectorAll("[data-style]")) {
    const weight = /(?:^|[;\s])font-weight:\s*(\w+)/i.exec(styleOf(one))?.[1]?.toLowerCase();
    if (weight === undefined) continue;
    const isBold = weight.startsWith("bold") || Number(weight) >= BOLD;
    if (one.matches("b, strong")) {
      if (!isBold) one.replaceWith(...one.childNodes);
    } else if (isBold && !one.matches(BLOCKS)) {
      const strong = body.ownerDocument.createElement("strong");
      strong.append(...one.childNodes);
      one.append(strong);
    }
  }
}

/** The largest headings get the first level, all others the second; in lists and tables there are none. */
function headings(body: HTMLElement): void {
  for (const one of body.querySelectorAll(HEADINGS)) if (one.closest("li, td, th")) renamed(one, "p");
  const all = [...body.querySelectorAll(HEADINGS)].filter((one) => !isBlank(one.textContent));
  const largest = Math.min(...all.map((one) => Number(one.tagName.slice(1))));
  for (const one of all) {
    const level = Number(one.tagName.slice(1)) === largest ? 1 : 2;
    if (!one.hasAttribute("data-level")) one.setAttribute("data-level", String(level));
  }
}

function preservedLines(body: HTMLElement): void {
  for (const one of body.querySelectorAll("pre")) {
    const lines = (one.textContent ?? "").replace(/\n$/, "").split("\n");
    one.replaceChildren(
      ...lines.flatMap((line, number) => (number === 0 ? [line] : [body.ownerDocument.createElement("br"), line])),
    );
  }
}

/** Word writes the space between two paragraphs as an empty one. */
function emptyBlocks(body: HTMLElement): void {
  for (const one of body.querySelectorAll(`p, div, ${HEADINGS}`)) {
    const isNeeded = one.matches("td > :only-child, th > :only-child") || one.querySelector("table, hr, ul, ol");
    if (isBlank(one.textContent) && !isNeeded) one.remove();
  }
}

/** A break between two blocks, or at the end of one, is no line of its own. */
function lastBreaks(body: HTMLElement): void {
  for (const one of [...body.querySelectorAll("br")].reverse()) {
    let [next, before] = [one.nextSibling, one.previousSibling];
    while (next?.nodeType === 3 && isBlank(next.textContent)) next = next.nextSibling;
    while (before?.nodeType === 3 && isBlank(before.textContent)) before = before.previousSibling;
    const ends = next === null && one.parentElement?.matches(BLOCKS);
    if (ends || isBlock(next) || isBlock(before)) one.remove();
  }
}

function isBlock(node: ChildNode | null): boolean {
  return node?.nodeType === 1 && (node as Element).matches(BLOCKS);
}
