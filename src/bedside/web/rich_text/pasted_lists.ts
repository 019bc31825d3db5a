/**
 * Lists of Word. Word pastes each item as a paragraph that says in its style how deep it lies
 * (“mso-list:l0 level2 lfo1”), and writes its bullet or number into it.
 */
import { renamed, styleOf } from "./pasted_markup";

const NUMBER = /^\s*[([]?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})[.)\]]/i;

interface Item {
  paragraph: Element;
  level: number;
  isNumbered: boolean;
}

function itemOf(paragraph: Element): Item | null {
  const level = /mso-list:\s*l\d+\s+level(\d+)/i.exec(styleOf(paragraph))?.[1];
  if (level === undefined) return null;
  const signs = [...paragraph.querySelectorAll("[data-style]")].filter((one) =>
    /mso-list:\s*ignore/i.test(styleOf(one)),
  );
  const isNumbered = NUMBER.test(signs.map((sign) => sign.textContent).join(""));
  for (const sign of signs) sign.remove();
  return { paragraph, level: Number(level), isNumbered };
}

/** Makes lists of the paragraphs that Word means as lists. */
export function wordLists(body: HTMLElement): void {
  const open: { list: Element; level: number }[] = [];
  let last: Element | null = null;
  for (const paragraph of body.querySelectorAll("p")) {
    if (!/mso-list:/i.test(styleOf(paragraph))) continue;
    const item = itemOf(paragraph);
    if (!item) continue;
    if (paragraph.previousElementSibling !== last || last === null) open.length = 0;
    while (open.length > 0 && open.at(-1)!.level > item.level) open.pop();
    if (open.at(-1)?.level !== item.level) begin(open, item);
    const line = body.ownerDocument.createElement("li");
    open.at(-1)!.list.append(line);
    line.append(renamed(item.paragraph, "p"));
    last = open[0]!.list;
  }
}

/** A list in place of the item, or in the item before it. */
function begin(open: { list: Element; level: number }[], { paragraph, level, isNumbered }: Item): void {
  const list = paragraph.ownerDocument.createElement(isNumbered ? "ol" : "ul");
  const around = open.at(-1)?.list.lastElementChild;
  if (around) around.append(list);
  else paragraph.before(list);
  open.push({ list, level });
}
