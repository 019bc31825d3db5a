/**
 * Turns what stands in the page into what the server sent, changing no more than it has to: an
 * element that stays keeps its identity, and with it focus, scroll position and what was typed.
 * Idiomorph finds out which elements stay, by the ids of them and of what is in them; this says what
 * is not the server's to change (docs/decisions/0022-idiomorph.md).
 */
import { Idiomorph } from "idiomorph";

/** Set by scripts, and unknown to the server. */
const OURS = ["open", "aria-busy", "aria-expanded", "data-sending"];
const SELECTED = "row-selected";
/** What a field begins with. What it holds now belongs to whoever fills it in. */
const BEGINNINGS = ["value", "checked", "selected"];
const IGNORED = new Set([...OURS, ...BEGINNINGS]);

/** What is inside `into` becomes what is inside `from`; the focus stays where it is. */
export function morph(into: Element, from: ParentNode & Node): void {
  const focused = document.activeElement;
  Idiomorph.morph(into, [...from.childNodes], {
    morphStyle: "innerHTML",
    restoreFocus: false,
    callbacks: { beforeNodeMorphed: isToChange, beforeAttributeUpdated: (name) => !IGNORED.has(name) },
  });
  // Only an element that changed places among its neighbours has lost it.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused) {
    focused.focus({ preventScroll: true });
  }
}

function isToChange(node: Node, wanted: Node): boolean {
  if (!(node instanceof Element) || !(wanted instanceof Element)) return true;
  if (node instanceof HTMLTimeElement && node.dateTime === (wanted as HTMLTimeElement).dateTime) return false;
  // What a script has filled stays as it is, as long as the server says that it is the same.
  if (node.hasAttribute("data-kept") && node.getAttribute("data-kept") === wanted.getAttribute("data-kept"))
    return false;
  if (node === document.activeElement && node.matches("textarea, select")) return false;
  for (const name of BEGINNINGS) begin(node, name, wanted.getAttribute(name));
  if (node.classList.contains(SELECTED)) wanted.classList.add(SELECTED);
  return true;
}

function begin(field: Element, name: string, value: string | null): void {
  if (value === null) field.removeAttribute(name);
  else if (field.getAttribute(name) !== value) field.setAttribute(name, value);
}
