/**
 * The editor of a rich text, in place of a <textarea> that holds its JSON (components/rich_text.html).
 * Each change is written back into the textarea, with an “input” event, so that drafts and forms work
 * as with any other field. A page that fills the textarea itself dispatches “bedside:put-back” on it.
 */
import { baseKeymap, chainCommands } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { inputRules, undoInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { Node } from "prosemirror-model";
import { splitListItem } from "prosemirror-schema-list";
import { type Command, EditorState, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { breakLine, commands } from "./commands";
import { plainName } from "./fields";
import { limit, mending } from "./keeping";
import { LinkDialog } from "./links";
import { pasted, plainSlice } from "./paste";
import { documentOf, jsonOf, schema } from "./schema";
import { nextOpen, shownFields } from "./shown_fields";
import { StatusLine, type StatusWords } from "./status";
import { clearCells, goToCell, writeAbove } from "./tables";
import { Toolbar } from "./toolbar";

const { bullet_list, list_item, ordered_list } = schema.nodes;

export class RichText {
  readonly view: EditorView;
  private readonly toolbar: Toolbar;
  private readonly status: StatusLine;
  private readonly dialog: LinkDialog;
  private readonly known: ReadonlySet<string> | null;
  /** Escape in a table lets the next Tab leave it. */
  private isLeaving = false;

  /** Throws if the textarea holds no rich text. */
  constructor(
    private readonly root: HTMLElement,
    private readonly source: HTMLTextAreaElement,
  ) {
    const { fields, words = "{}" } = root.dataset;
    this.known = fields === undefined ? null : new Set(Object.keys(JSON.parse(fields)).map(plainName));
    this.words = JSON.parse(words) as StatusWords;
    this.started = documentOf(source.defaultValue);
    const mount = root.querySelector<HTMLElement>("[data-writing]")!;
    this.view = new EditorView({ mount }, this.props(documentOf(source.value)));
    this.status = new StatusLine(root, this.view, this.words, this.known);
    this.dialog = new LinkDialog(root.querySelector<HTMLDialogElement>("dialog")!, this.view);
    this.toolbar = new Toolbar(root.querySelector<HTMLElement>("[role=toolbar]")!, this.view, {
      link: () => this.link(),
      field: (button) => this.insertField(button.dataset.field ?? ""),
    });
    this.listen();
  }

  private readonly words: StatusWords;
  private readonly started: Node;

  /** Ends or allows writing, as when the letter is on its way. */
  lock(isLocked: boolean): void {
    this.root.toggleAttribute("data-locked", isLocked);
    this.view.setProps({}); // asks again whether it is editable
    this.view.dom.setAttribute("aria-readonly", String(isLocked));
    this.root.querySelector<HTMLElement>("[data-tools]")!.hidden = isLocked;
    this.toolbar.show();
  }

  private props(doc: Node): ConstructorParameters<typeof EditorView>[1] {
    return {
      state: this.stateOf(doc),
      editable: () => !this.root.hasAttribute("data-locked"),
      dispatchTransaction: (tr) => this.dispatched(tr),
      transformPastedHTML: pasted,
      clipboardTextParser: plainSlice,
      handleKeyDown: (_view, event) => this.pressed(event),
      handleDOMEvents: {
        paste: (_view, event) => bringsFiles(event),
        // The page has the place for files; here nothing is inserted.
        drop: (_view, event) => event.dataTransfer?.types.includes("Files") ?? false,
      },
      nodeViews: { page_break: () => ({ dom: this.pageBreak() }) },
    };
  }

  private stateOf(doc: Node): EditorState {
    const plugins = [
      shownFields(this.words, this.known),
      inputRules({
        rules: [wrappingInputRule(/^\s*[-*]\s$/, bullet_list), wrappingInputRule(/^1\.\s$/, ordered_list)],
      }),
      keymap(this.keys()),
      keymap(baseKeymap),
      history(),
      mending,
      limit,
    ];
    return EditorState.create({ doc, plugins });
  }

  private keys(): Record<string, Command> {
    const toCell =
      (direction: 1 | -1): Command =>
      (state, dispatch) =>
        !this.isLeaving && goToCell(direction)(state, dispatch);
    const above: Command = (state, dispatch, view) =>
      (view?.endOfTextblock("up") ?? false) && writeAbove(state, dispatch);
    return {
      "Mod-b": commands.bold!,
      "Mod-z": undo,
      "Mod-y": redo,
      "Mod-Shift-z": redo,
      "Mod-]": commands.indent!,
      "Mod-[": commands.outdent!,
      Enter: splitListItem(list_item),
      "Shift-Enter": breakLine,
      "Mod-Enter": breakLine,
      Tab: toCell(1),
      "Shift-Tab": toCell(-1),
      ArrowUp: above,
      Backspace: chainCommands(undoInputRule, clearCells),
      Delete: clearCells,
    };
  }

  private listen(): void {
    const form = this.source.form;
    this.source.addEventListener("bedside:put-back", () => this.load());
    form?.addEventListener("reset", () => window.setTimeout(() => this.load()));
    this.root.addEventListener("bedside:next-open", () => nextOpen(this.view));
    this.root.querySelector("[data-rich-text-label]")?.addEventListener("click", () => this.view.focus());
    this.lock(this.root.hasAttribute("data-locked"));
  }

  /** Shows what the textarea holds now. */
  private load(): void {
    this.view.updateState(this.stateOf(documentOf(this.source.value)));
    this.shown();
  }

  private dispatched(tr: Transaction): void {
    const { state, transactions } = this.view.state.applyTransaction(tr);
    if (transactions.length === 0) {
      this.status.sayFull();
      this.view.updateState(this.view.state); // what the browser has typed already is taken back
      return;
    }
    const isChanged = !state.doc.eq(this.view.state.doc);
    this.view.updateState(state);
    if (isChanged) this.write();
    this.shown();
  }

  private shown(): void {
    this.toolbar.show();
    this.status.show();
  }

  private write(): void {
    const { doc } = this.view.state;
    this.source.value = doc.eq(this.started) ? this.source.defaultValue : jsonOf(doc);
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private pressed(event: KeyboardEvent): boolean {
    const isLeaving = this.isLeaving && (event.key === "Tab" || event.key === "Shift");
    this.isLeaving = isLeaving || event.key === "Escape";
    if (event.altKey && event.key === "F10") {
      this.toolbar.focus();
      return true;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.stopPropagation(); // elsewhere on the page it finds a patient
      this.link();
      return true;
    }
    return false;
  }

  private link(): void {
    if (this.view.editable) this.dialog.open();
  }

  private insertField(name: string): void {
    this.view.dispatch(this.view.state.tr.insertText(`[[${name}]]`).scrollIntoView());
    this.view.focus();
  }

  private pageBreak(): HTMLElement {
    const line = document.createElement("div");
    line.className = "rich-text-page-break";
    line.setAttribute("role", "separator");
    line.setAttribute("aria-label", this.words.pageBreak);
    line.append(Object.assign(document.createElement("span"), { textContent: this.words.pageBreak }));
    return line;
  }
}

/** Files alone are left to the page; where there are words, their picture is left behind. */
function bringsFiles(event: ClipboardEvent): boolean {
  const data = event.clipboardData;
  if (!data || data.files.length === 0) return false;
  const words = data.getData("text/plain") || data.getData("text/html").replace(/<[^<>]*>/g, "");
  if (words.trim() === "") return true;
  event.stopPropagation();
  return false;
}

/** Makes an editor of a field; null if what it holds cannot be read, which stays as it is. */
export function startRichText(root: HTMLElement): RichText | null {
  const source = root.querySelector("textarea");
  if (!source) return null;
  try {
    const made = new RichText(root, source);
    root.dataset.started = "";
    return made;
  } catch {
    root.querySelector<HTMLElement>("[data-unreadable]")!.hidden = false;
    return null;
  }
}

export { nextOpen };
