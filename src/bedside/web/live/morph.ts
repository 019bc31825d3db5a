/**
 * Turns what stands in the page into what the server sent, changing no more than it has to: an
 * element that stays keeps its identity, and with it focus, scroll position and what was typed.
 * Children are matched by id, and without one by their place among those of the same name.
 */

/** What is inside `into` becomes what is inside `from`; the focus stays where it is. */
export function morph(into: Element, from: ParentNode): void {
  const focused = document.activeElement;
  morphChildren(into, from);
  // Only an element that changed places among its neighbours has lost it.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused) {
    focused.focus({ preventScroll: true });
  }
}

function morphChildren(into: Element, from: ParentNode): void {
  const known = new Map<string, Element>();
  const wantedIds = new Set([...from.children].map((child) => child.id));
  for (const child of [...into.children]) {
    if (!child.id) continue;
    // Those that go, go first: then those that stay keep their places.
    if (wantedIds.has(child.id)) known.set(child.id, child);
    else child.remove();
  }
  let here: ChildNode | null = into.firstChild;
  for (const wanted of [...from.childNodes]) {
    const match = matchOf(wanted, here, known);
    if (!match) {
      into.insertBefore(document.importNode(wanted, true), here);
    } else if (match === here) {
      here = here.nextSibling;
      morphNode(match, wanted);
    } else {
      into.insertBefore(match, here);
      morphNode(match, wanted);
    }
  }
  while (here) {
    const next: ChildNode | null = here.nextSibling;
    here.remove();
    here = next;
  }
}

function matchOf(wanted: Node, here: ChildNode | null, known: Map<string, Element>): ChildNode | null {
  if (wanted instanceof Element && wanted.id) return known.get(wanted.id) ?? null;
  for (let node = here; node; node = node.nextSibling) {
    if (node.nodeName !== wanted.nodeName) continue;
    if (!(node instanceof Element) || !node.id) return node;
  }
  return null;
}

function morphNode(node: Node, wanted: Node): void {
  if (!(node instanceof Element) || !(wanted instanceof Element)) {
    if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
    return;
  }
  if (node.isEqualNode(wanted)) return;
  if (node instanceof HTMLTimeElement && node.dateTime === (wanted as HTMLTimeElement).dateTime) return;
  // What a script has filled stays as it is, as long as the server says that it is the same.
  if (node.hasAttribute("data-kept") && node.getAttribute("data-kept") === wanted.getAttribute("data-kept")) return;
  morphAttributes(node, wanted);
  // What somebody is typing or has opened is theirs.
  if (node === document.activeElement && node.matches("input, textarea, select")) return;
  morphChildren(node, wanted);
}

/** Set by scripts, and unknown to the server. */
const SELECTED = "row-selected";
const KEPT = new Set(["open", "aria-busy", "aria-expanded", "data-sending"]);

function morphAttributes(element: Element, wanted: Element): void {
  for (const { name } of [...element.attributes]) {
    if (!wanted.hasAttribute(name) && !KEPT.has(name)) element.removeAttribute(name);
  }
  const selected = element.classList.contains(SELECTED);
  for (const { name, value } of wanted.attributes) {
    if (!KEPT.has(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (selected) element.classList.add(SELECTED);
}
