/** Elements of pasted markup. */

/** Another element with the same content. */
export function renamed(one: Element, name: string): HTMLElement {
  const made = one.ownerDocument.createElement(name);
  made.append(...one.childNodes);
  one.replaceWith(made);
  return made;
}

/** The style that an element was pasted with (paste.ts: withoutStyles). */
export function styleOf(one: Element): string {
  return one.getAttribute("data-style") ?? "";
}
