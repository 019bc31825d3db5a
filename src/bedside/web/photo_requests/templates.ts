/** Parts of the page, and copies of its templates. */

export function part<T extends Element>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

export function copyOf(selector: string): Element {
  const first = part<HTMLTemplateElement>(document, selector).content.firstElementChild;
  return first?.cloneNode(true) as Element;
}
