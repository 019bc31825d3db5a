/** Links: their dialog, in which an address is written or taken away. */
import type { Mark } from "prosemirror-model";
import { type Command, type EditorState, TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { isAddress, schema } from "./schema";

const { link } = schema.marks;
const SCHEMES = /^[a-z][a-z\d+.-]*:/i;
const MAILBOX = /^[^\s@/]+@[^\s@/]+\.[^\s@/.]+$/;
const TELEPHONE = /^\+?[\d ()./-]{5,}$/;
const SITE = /^(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[/?#:]\S*)?$/u;

/** The address that was meant: people leave out how it begins. */
export function meant(typed: string): string {
  const said = typed.trim();
  if (SCHEMES.test(said) && !SITE.test(said)) return said;
  if (MAILBOX.test(said)) return `mailto:${said}`;
  if (TELEPHONE.test(said)) return `tel:${said.replace(/[^\d+]/g, "")}`;
  return SITE.test(said) ? `https://${said}` : said;
}

/** The link at the selection, from its beginning to its end. */
export function linkAround(state: EditorState): { mark: Mark; from: number; to: number } | null {
  const { $from } = state.selection;
  const mark = [...($from.nodeAfter?.marks ?? []), ...($from.nodeBefore?.marks ?? [])].find((one) => one.type === link);
  if (!mark) return null;
  const parts: { from: number; to: number }[] = [];
  $from.parent.forEach((node, offset) => {
    const from = $from.start() + offset;
    const before = parts.at(-1);
    if (!mark.isInSet(node.marks)) return;
    if (before?.to === from) before.to += node.nodeSize;
    else parts.push({ from, to: from + node.nodeSize });
  });
  const here = parts.find(({ from, to }) => from <= $from.pos && $from.pos <= to);
  return here ? { mark, ...here } : null;
}

/** Makes the selected words a link, changes the link around them, or writes the address as one. */
export function setLink(href: string): Command {
  return (state, dispatch) => {
    const around = linkAround(state);
    const tr = state.tr;
    let { from, to } = state.selection;
    if (from === to && around) ({ from, to } = around);
    if (from === to) {
      const words = href.replace(/^(?:mailto|tel):/i, "");
      tr.insertText(words, from);
      to = from + words.length;
    }
    tr.removeMark(from, to, link).addMark(from, to, link.create({ href }));
    tr.setSelection(TextSelection.create(tr.doc, to)).removeStoredMark(link);
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

export const removeLink: Command = (state, dispatch) => {
  const around = linkAround(state);
  if (!around) return false;
  dispatch?.(state.tr.removeMark(around.from, around.to, link));
  return true;
};

/** The dialog of a rich text. */
export class LinkDialog {
  private readonly address: HTMLInputElement;
  private readonly error: HTMLElement;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly view: EditorView,
  ) {
    this.address = dialog.querySelector<HTMLInputElement>("[data-address]")!;
    this.error = dialog.querySelector<HTMLElement>("[data-address-error]")!;
    dialog.querySelector("[data-set-link]")?.addEventListener("click", () => this.set());
    dialog.querySelector("[data-remove-link]")?.addEventListener("click", () => this.remove());
    this.address.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // the form around it is not sent
      this.set();
    });
    dialog.addEventListener("close", () => view.focus());
  }

  open(): void {
    const around = linkAround(this.view.state);
    this.address.value = (around?.mark.attrs.href as string | undefined) ?? "";
    this.dialog.querySelector<HTMLElement>("[data-remove-link]")!.hidden = !around;
    this.complain(false);
    this.dialog.showModal();
    this.address.select();
  }

  private set(): void {
    const href = meant(this.address.value);
    if (!isAddress(href)) {
      this.complain(true);
      this.address.focus();
      return;
    }
    setLink(href)(this.view.state, this.view.dispatch);
    this.dialog.close();
  }

  private remove(): void {
    removeLink(this.view.state, this.view.dispatch);
    this.dialog.close();
  }

  private complain(isWrong: boolean): void {
    this.error.hidden = !isWrong;
    if (isWrong) this.address.setAttribute("aria-invalid", "true");
    else this.address.removeAttribute("aria-invalid");
  }
}
